import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readPcap } from "../lab/pcap.ts";
import { eventually } from "../lab/process.ts";
import { openChannel } from "./channel.ts";
import { mac } from "./frames.ts";
import type { Provider } from "./provider.ts";

export interface PowerOptions {
  /** A folder of `image.sh`. */
  readonly image: string;
  /** What the machine boots from and writes to. */
  readonly root: string;
  /** A file of `buildDisk`. */
  readonly disk: string;
  /** `vmlinux` boots four times faster, and does not wake from a sleep. */
  readonly kernel: "vmlinux" | "vmlinuz";
  /** More words for the kernel. */
  readonly parameters?: string;
}

/** A machine from the moment that it is switched on until it is off. */
export interface Power {
  /** Sends a script and waits for nothing. */
  readonly start: (script: string) => void;
  /** Runs a script to its end. */
  readonly execute: (
    script: string,
    milliseconds: number,
  ) => Promise<{ readonly status: number; readonly output: string }>;
  /** Every frame of its line so far, both ways. */
  readonly frames: () => Promise<readonly Uint8Array[]>;
  /** Waits for an event of qemu's that comes after this moment, such as `SUSPEND`. */
  readonly event: (name: string) => Promise<void>;
  /** Asks qemu for something, such as `system_wakeup`. */
  readonly ask: (command: string) => void;
  /** Waits until it is off: by itself, or at the end of a shutdown that a boot was to follow. */
  readonly off: () => Promise<void>;
  readonly kill: () => Promise<void>;
}

/** On a busy machine the kernel finds its timer too slow, and would stop: it is not asked. */
const parameters =
  "root=/dev/vda quiet loglevel=4 console=ttyS0 systemd.show_status=0 net.ifnames=0 mitigations=off random.trust_cpu=on no_timer_check";
const patience = 600_000;
let count = 0;

/** Switches a machine on, and waits until it answers. */
export async function switchOn(
  provider: Provider,
  { image, root, disk, kernel, parameters: more = "" }: PowerOptions,
): Promise<Power> {
  count += 1;
  const name = `machine${count}`;
  const outside = (file: string): string => provider.sandbox.run(`${name}.${file}`);
  const inside = (file: string): string => `/run/${name}.${file}`;
  const drive = (id: string, file: string, how: string): readonly string[] => [
    ...["-drive", `id=${id},format=raw,if=none,file=${file},${how}`, "-device", `virtio-blk-pci,drive=${id}`],
  ];
  const qemu = await provider.namespace.spawn([
    // What a newer processor has more is slow to emulate.
    ...["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "qemu64", "-smp", "2"],
    ...["-m", "512", "-machine", "q35"],
    // A reset ends qemu: the next boot is that of a machine that was off.
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", `file:${inside("console")}`],
    ...["-kernel", join(image, kernel), "-initrd", join(image, "initrd"), "-append", `${parameters} ${more}`],
    ...drive("root", root, "cache=unsafe"),
    ...drive("opt", disk, "readonly=on"),
    ...["-device", "virtio-serial-pci", "-chardev", `socket,id=agent,server=on,wait=off,path=${inside("agent")}`],
    ...["-device", "virtserialport,chardev=agent,name=agent"],
    ...["-object", "rng-random,id=random,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=random"],
    // With a virtio header before each frame the dump would hold nothing that a reader knows.
    ...["-netdev", `tap,id=line,ifname=${provider.tap},script=no,downscript=no,vnet_hdr=off`],
    ...["-device", `virtio-net-pci,netdev=line,mac=${mac},romfile=`],
    ...["-object", `filter-dump,id=dump,netdev=line,file=${inside("pcap")}`],
    ...["-qmp", `unix:${inside("qmp")},server=on,wait=off`],
  ]);
  let isOff = false;
  void qemu.ended.then(() => {
    isOff = true;
  });
  const awaiting = (what: string, condition: () => boolean, milliseconds = patience): Promise<void> =>
    eventually(what, condition, milliseconds).catch((error) => {
      const console = readFileSync(outside("console"), "utf8").slice(-2_000);
      throw new Error(`${error.message}; qemu said: ${qemu.said()}; the console: ${console}`);
    });

  let isUp = false;
  const answers = new Map<string, { readonly status: number; readonly output: string }>();
  const agent = await openChannel(outside("agent"), (line) => {
    const [number = "", status, output = ""] = line.trim().split(" ");
    if (number === "hello") isUp = true;
    else answers.set(number, { status: Number(status), output: Buffer.from(output, "base64").toString().trim() });
  });
  let scripts = 0;
  const start = (script: string): string => {
    scripts += 1;
    agent.send(`${scripts} ${Buffer.from(script).toString("base64")}`);
    return `${scripts}`;
  };

  const heard = new Set<string>();
  const monitor = await openChannel(outside("qmp"), (line) => {
    const { event }: { readonly event?: string } = JSON.parse(line);
    if (event !== undefined) heard.add(event);
  });
  const ask = (command: string): void => monitor.send(JSON.stringify({ execute: command }));
  ask("qmp_capabilities");

  await awaiting("a boot", () => isUp);
  return {
    start,
    execute: async (script, milliseconds) => {
      const number = start(script);
      await awaiting(`an answer to \`${script}\``, () => answers.has(number), milliseconds);
      return answers.get(number) ?? { status: -1, output: "" };
    },
    frames: () => wholeFrames(outside("pcap")),
    event: (which) => {
      heard.delete(which);
      return awaiting(which, () => heard.has(which));
    },
    ask,
    off: async () => {
      await awaiting("it to be off", () => isOff);
      for (const { close } of [agent, monitor]) close();
    },
    kill: async () => {
      await qemu.kill();
      for (const { close } of [agent, monitor]) close();
    },
  };
}

/** qemu may be in the midst of a frame: asked again. */
async function wholeFrames(path: string): Promise<readonly Uint8Array[]> {
  let frames: readonly Uint8Array[] = [];
  await eventually("the capture to hold whole frames", () => {
    try {
      frames = readPcap(readFileSync(path)).map(({ bytes }) => bytes);
      return true;
    } catch {
      return false;
    }
  });
  return frames;
}
