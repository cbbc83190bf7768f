import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Identity } from "../policy.ts";
import { probeMark } from "../stages/probe.ts";
import type { Check } from "./check.ts";
import { carriersOn, formatMark, senders } from "./support/carriers.ts";
import { placeOfCarrier } from "./support/places.ts";

type Mark = Identity & { readonly kind: "mark" };

/** A carrier that other packets match as well is no carrier: what it opens is open to them. */
export const reservedMark: Check = ({ policy, origins }) =>
  senders(policy).flatMap((sender) =>
    carriersOn(sender, "linux").flatMap((all, alternative) =>
      all
        .filter((identity) => identity.kind === "mark")
        .flatMap((mark) => {
          const whose = sharedWith(mark);
          if (whose === undefined) return [];
          return diagnostic(
            "KSP2022",
            { mark: formatMark(mark), whose },
            {
              at: placeOfCarrier(origins, sender, alternative),
              label: "not the carrier's alone",
              notes: [`${whose} could reach the server of \`${sender.name}\` outside every tunnel`],
              help: "take another mark, such as `0x6b73/0xffff`, here and in the program's configuration",
            },
          );
        }),
    ),
  );

function sharedWith({ value, mask }: Mark): string | undefined {
  if (value === 0) return "packets without a mark";
  return (probeMark.value & mask) >>> 0 === value ? "ksp's own probes" : undefined;
}
