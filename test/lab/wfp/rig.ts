import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WfpDocument } from "../../../src/ir/wfp-document.ts";
import { load } from "./abi.ts";
import { apply, remove } from "./applier.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const script = fileURLToPath(new URL("../../../src/emitters/wfp/apply.ps1", import.meta.url));

/** What the Windows script hands to `Add-Type`. */
export function loaderSource(): string {
  const [, source, ...more] = readFileSync(script, "utf8").split(/^\$source = @'\n|^'@\n/m);
  if (source === undefined || more.length !== 1) throw new Error("apply.ps1 holds one program");
  return source;
}

export type Step = readonly ["apply" | "trial", document: string] | readonly ["off", ...documents: readonly string[]];
interface Trouble {
  /** The call that fails, from 1. */
  readonly failAt?: number;
  /** An alias that no interface has. */
  readonly absent?: string;
  /** From this look-up on, from 1, every alias is that of one and the same other interface. */
  readonly oneFrom?: number;
  /** What somebody else put there before, as `recorder.c` reads it. */
  readonly there?: readonly string[];
}

/** A place where documents are applied to a stand-in for Windows, which tells every call. */
export class Rig {
  readonly #folder = mkdtempSync(join(tmpdir(), "ksp-wfp-"));
  readonly #recorder = join(this.#folder, "recorder.so");
  #runs = 0;

  constructor() {
    execFileSync("gcc", [
      "-Wall",
      "-Wextra",
      "-Werror",
      "-shared",
      "-fPIC",
      "-O1",
      "-o",
      this.#recorder,
      join(here, "recorder.c"),
    ]);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Lines of the recorder for these steps, by the applier for Node; each run has a store of its own. */
  native(steps: readonly Step[], trouble: Trouble = {}): readonly string[] {
    const [library, log] = [this.#path("so"), this.#path("log")];
    copyFileSync(this.#recorder, library);
    writeFileSync(log, "");
    const environment = this.#environment(log, trouble);
    Object.assign(process.env, environment);
    try {
      const call = load(library, library);
      for (const [what, ...texts] of steps) {
        const documents = texts.map((text) => JSON.parse(text) as WfpDocument);
        try {
          if (what === "off") remove(call, documents);
          else for (const document of documents) apply(call, document, { isTrial: what === "trial" });
        } catch (error) {
          if (trouble.failAt === undefined && trouble.oneFrom === undefined) throw error;
        }
      }
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
    }
    return linesOf(log);
  }

  /** The program of `apply.ps1`, built by the C# compiler of mono as the C# of PowerShell 5.1. */
  build(source: string): string {
    const program = this.#path("exe");
    const file = this.#path("cs");
    writeFileSync(file, source);
    execFileSync("mcs", ["-langversion:5", "-warn:4", "-warnaserror", `-out:${program}`, file, join(here, "Main.cs")], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const map = (dll: string) => `<dllmap dll="${dll}" target="${this.#recorder}"/>`;
    writeFileSync(`${program}.config`, `<configuration>${map("fwpuclnt.dll")}${map("iphlpapi.dll")}</configuration>`);
    return program;
  }

  mono(
    program: string,
    steps: readonly Step[],
    trouble: Trouble = {},
  ): { readonly lines: readonly string[]; readonly said: readonly string[] } {
    const log = this.#path("log");
    writeFileSync(log, "");
    const words = steps.flatMap(([what, ...texts]) => {
      const files = texts.map((text) => {
        const file = this.#path("json");
        writeFileSync(file, text);
        return file;
      });
      return [what, files.join(",")];
    });
    const said = execFileSync("mono", [program, ...words], {
      encoding: "utf8",
      env: { ...process.env, ...this.#environment(log, trouble) },
    });
    return { lines: linesOf(log), said: said.trimEnd().split("\n") };
  }

  #environment(log: string, { failAt, absent, oneFrom, there }: Trouble): Readonly<Record<string, string>> {
    const planted = this.#path("there");
    if (there) writeFileSync(planted, there.map((line) => `${line}\n`).join(""));
    return {
      KSP_WFP_LOG: log,
      ...(failAt !== undefined && { KSP_WFP_FAIL: `${failAt}:0x80320001` }),
      ...(absent !== undefined && { KSP_WFP_ABSENT: absent }),
      ...(oneFrom !== undefined && { KSP_WFP_ONE: `${oneFrom}` }),
      ...(there && { KSP_WFP_THERE: planted }),
    };
  }

  #path(extension: string): string {
    return join(this.#folder, `${++this.#runs}.${extension}`);
  }
}

const linesOf = (log: string): readonly string[] =>
  readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "");
