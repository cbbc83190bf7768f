import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { geteuid } from "node:process";

/** Where the daemon's files are until the next boot. */
export const runFolder = "/run/ksp";
export const socketPath = (folder: string): string => join(folder, "control.sock");
export const rootSocketPath = (folder: string): string => join(folder, "root.sock");
/** Where whoever runs this asks: the policy's group may fill its socket with connections, and root's not. */
export const ownSocketPath = (folder: string): string =>
  geteuid?.() === 0 ? rootSocketPath(folder) : socketPath(folder);

/** What one daemon leaves to the next, in a folder that no boot survives. */
export class Remembered {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async open(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o711 });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async read(name: string): Promise<string | undefined> {
    return readFile(this.path(name), "utf8").catch(() => undefined);
  }

  /** Whole or not at all: a daemon may be killed at any moment. */
  async write(name: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true, mode: 0o711 });
    await writeFile(`${this.path(name)}.new`, text, { mode: 0o600 });
    await rename(`${this.path(name)}.new`, this.path(name));
  }

  async remove(name: string): Promise<void> {
    await rm(this.path(name), { force: true });
  }
}
