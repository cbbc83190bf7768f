import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import { stateName } from "../../ir/states.ts";
import { schemaFault } from "../../ir/validate.ts";
import { type WfpDocument, wfpDocumentSchema } from "../../ir/wfp-document.ts";
import type { Emitter, Files } from "../emitter.ts";
import { asset } from "../template.ts";
import { capabilities } from "./capabilities.ts";
import { documentText } from "./document.ts";
import { filtersOf, namedInterfaces } from "./filters.ts";
import { keyOf } from "./keys.ts";
import { listingText } from "./listing.ts";

/** Ruleset → the Windows Filtering Platform. Each state is one whole document; a switch is one transaction from one to another. */
export const wfp: Emitter = { capabilities, emit };

/** Above what other programs use; the highest one is taken by split tunnels of VPNs. */
const sublayerWeight = 0xfffe;

function emit(plan: Plan): Files {
  const named = namedInterfaces(plan);
  const documents = rulesetsOf(plan).map(
    (ruleset): WfpDocument => ({
      format: "ksp-wfp/1",
      policy: plan.policy,
      state: ruleset.state,
      provider: { key: keyOf("provider"), name: "ksp" },
      sublayer: { key: keyOf("sublayer"), name: "ksp", weight: sublayerWeight },
      filters: filtersOf(ruleset, plan.lockdown, named),
    }),
  );
  return new Map([
    ...documents.map((document): [string, string] => [`wfp/${stateName(document.state)}.json`, checked(document)]),
    ["wfp/listing.txt", listingText(plan.policy, documents)],
    ["wfp/apply.ps1", asset("wfp/apply.ps1")],
    ["wfp/hyperv.ps1", asset("wfp/hyperv.ps1")],
  ]);
}

function checked(document: WfpDocument): string {
  const text = documentText(document);
  const fault = schemaFault(wfpDocumentSchema, JSON.parse(text));
  if (fault !== undefined) throw new Error(`${document.state}: ${fault}`);
  return text;
}
