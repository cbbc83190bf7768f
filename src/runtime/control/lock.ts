import { stat } from "node:fs/promises";
import { environment, launch } from "../system/program.ts";

/** A lock of the kernel that is gone when its holder is, however that ends. */
export interface Lock {
  readonly release: () => void;
}

/** Nobody is told of a file that somebody takes away. */
const lookEvery = 5_000;

const numberOf = async (file: string): Promise<number | undefined> => (await stat(file).catch(() => undefined))?.ino;

/**
 * Takes the lock, or gives undefined where another daemon has it. Node has no call for it: `flock` holds it and waits for
 * the end of a pipe from us. It is lost with its holder, and with its file: another daemon would lock another one.
 */
export function takeLock(file: string, lost: () => void): Promise<Lock | undefined> {
  return new Promise((settle) => {
    const script = "echo held; exec cat >/dev/null";
    const child = launch("flock", ["--nonblock", file, "sh", "-c", script], {
      stdio: ["pipe", "pipe", "ignore"],
      env: environment,
    });
    child.once("error", () => settle(undefined));
    if (child.pid === undefined) return;
    let isHeld = false;
    let isReleased = false;
    child.stdin?.on("error", () => {}); // it has ended: `close` tells
    let timer: NodeJS.Timeout | undefined;
    child.stdout?.once("data", () => {
      isHeld = true;
      const number = numberOf(file);
      timer = setInterval(async () => {
        if ((await numberOf(file)) !== (await number)) child.kill("SIGKILL");
      }, lookEvery);
      settle({
        release: () => {
          isReleased = true;
          child.stdin?.end();
        },
      });
    });
    child.once("close", () => {
      clearInterval(timer);
      if (!isHeld) settle(undefined);
      else if (!isReleased) lost();
    });
  });
}
