import { createInterface } from "node:readline";
import { environment, launch, signal } from "./program.ts";

/** A program that is there for as long as nobody ends it: its input stays open. */
export interface Kept {
  /** Why it is not there any more; all that it said was heard then. */
  readonly gone: Promise<string>;
  /** With whatever it has started: what is called so may be a script around it. */
  readonly kill: () => void;
}

export interface Keeping {
  readonly input: string;
  /** Beside the environment of all programs. */
  readonly variables: Readonly<Record<string, string>>;
  /** On its error output, line by line. */
  readonly complained: (text: string) => void;
}

/** Never throws. */
export function keep([program = "", ...args]: readonly string[], { input, variables, complained }: Keeping): Kept {
  const env = { ...environment, ...variables };
  const child = launch(program, args, { env, stdio: ["pipe", "ignore", "pipe"] });
  const gone = new Promise<string>((settle) => {
    child.once("error", ({ message }) => settle(message));
    child.once("close", (status, by) => settle(`${program} ended: ${by ?? `status ${status}`}`));
  });
  child.stdin?.on("error", () => {}); // it may end without reading: its end tells
  if (child.stderr) createInterface({ input: child.stderr }).on("line", complained);
  if (child.pid !== undefined) child.stdin?.write(input);
  return { gone, kill: () => signal(child, "SIGKILL") };
}
