#!/usr/bin/env node
import { Argument, Command, CommanderError, Option } from "commander";
import { isDocument } from "./commands/formats.ts";
import { day, examples, failOn, format, oneTarget, root, severalTargets, time } from "./commands/options.ts";
import { version } from "./commands/version.ts";
import { backendNames } from "./runtime/firewall/names.ts";

/** What went wrong first, such as a full disk behind standard output, is not forgotten. */
const finish = (code: number): void => {
  process.exitCode = Math.max(Number(process.exitCode ?? 0), code);
};

const program = new Command("ksp")
  .description("Compiles VPN kill-switch policies to firewall rules that stay closed.")
  .version(version())
  .exitOverride()
  .enablePositionalOptions()
  .addHelpText("after", "\nExit codes: 0 fine, 1 findings, 2 usage or files, 3 a bug in ksp.");

program
  .command("check")
  .description("look for mistakes in policies")
  .argument("<path...>", "policies, or folders of policies; - is standard input")
  .option("--fix", "apply the proposed fixes of errors where the result has none; with - print the fixed text")
  .addOption(new Option("--at <day>", "the day that each `until` is held against (default: today)").argParser(day))
  .option("--within <baseline>", "a policy: fail where something passes that it does not allow")
  .addOption(severalTargets("firewalls to check for, several with commas (default: judge as Linux does)"))
  .addOption(root())
  .addOption(format())
  .addHelpText(
    "after",
    examples(
      "ksp check home.ksp",
      "ksp check policies --within company.ksp",
      "ksp check laptop.ksp --target wfp",
      "ksp check policies --format sarif > ksp.sarif",
      "ksp check policies --at 2027-06-30  # what will have expired then",
      "ksp check --fix home.ksp",
      "cat home.ksp | ksp check -",
    ),
  )
  .action(async (paths: readonly string[], options, command: Command) => {
    if (options.fix && paths.includes("-") && isDocument(options.format))
      command.error("error: the fixed text of standard input and a report cannot both go to standard output");
    const { check } = await import("./commands/check.ts");
    finish(await check(paths, options));
  });

program
  .command("compile")
  .description("write the firewall rules of policies to DIR/<policy>/")
  .argument("<file...>", "policies; - is standard input")
  .requiredOption("-o, --output <dir>", "directory to write to")
  .addOption(severalTargets("firewalls to compile for (default: nft)"))
  .addOption(
    new Option(
      "--egress <device>",
      "a card whose every frame is looked at once more; several times for several",
    ).argParser((name: string, before: readonly string[] = []) => [...new Set([...before, name])]),
  )
  .option(
    "--check",
    "write nothing; fail and print a diff where DIR is not up to date, or holds rules of other policies",
  )
  .addOption(root())
  .addOption(format())
  .option("--timings", "print the time of each stage and the memory after it")
  .addHelpText(
    "after",
    examples(
      "ksp compile home.ksp -o rules",
      "ksp compile home.ksp -o rules --egress eth0",
      "ksp compile policies/*.ksp -o rules --check",
    ),
  )
  .action(async (files, options) => {
    const { compile } = await import("./commands/compile.ts");
    finish(await compile(files, options));
  });

program
  .command("init")
  .description("write a policy from the configuration of a VPN")
  .requiredOption(
    "--from <file...>",
    "for wg-quick or openvpn; several are nested, the outermost first; - is standard input",
  )
  .option("-o, --output <file>", "file to write to (default: standard output)")
  .option("--force", "overwrite the file")
  .addOption(format())
  .addHelpText(
    "after",
    examples("ksp init --from /etc/wireguard/wg0.conf -o home.ksp", "ksp init --from entry.conf exit.ovpn"),
  )
  .action(async (options) => {
    const { init } = await import("./commands/init.ts");
    finish(await init(options));
  });

program
  .command("fmt")
  .description("print policies in the one common format")
  .argument("<file...>", "policies; - is standard input")
  .addOption(
    new Option("--check", "write nothing; fail and print a diff where a file is not formatted").conflicts("write"),
  )
  .option("--write", "rewrite the files")
  .addHelpText("after", examples("ksp fmt home.ksp", "ksp fmt --write policies/*.ksp"))
  .action(async (files: readonly string[], options, command: Command) => {
    if (options.write && files.includes("-")) command.error("error: standard input cannot be rewritten");
    const { fmt } = await import("./commands/fmt.ts");
    finish(await fmt(files, options));
  });

program
  .command("pin")
  .description("look the hosts of a policy up and write their addresses into it")
  .argument("<file>", "policy; what it imports is pinned, too")
  .option("--check", "write nothing; fail and print a diff where a name has other addresses now")
  .addOption(severalTargets("firewalls that the policy is for, several with commas (default: nft)"))
  .option("--resolver <address>", "whom to ask, e.g. 9.9.9.9 or [2620:fe::fe]:53 (default: those of this machine)")
  .addOption(root())
  .addOption(format())
  .addHelpText("after", examples("ksp pin home.ksp", "ksp pin --check --resolver 9.9.9.9 home.ksp"))
  .action(async (file: string, options, command: Command) => {
    if (file === "-" && !options.check) command.error("error: standard input cannot be rewritten");
    const { dnsLookup } = await import("./commands/lookup.ts");
    const lookup = dnsLookup(options.resolver);
    if (!lookup) command.error("error: a resolver is an address, with a port where it is not 53");
    const { pin } = await import("./commands/pin.ts");
    finish(await pin(file, { ...options, lookup }));
  });

program
  .command("diff")
  .description("tell which packets another policy lets pass or drops, in every state")
  .argument("<old>", "the policy as it was; - is standard input")
  .argument("<new>", "the policy as it becomes")
  .addOption(failOn("end with 1 where packets are opened, closed, or anything is changed; several with commas"))
  .option("--rules", "print the difference of the rules in words, too")
  .addOption(oneTarget("the firewall to compare for (default: judge as Linux does)"))
  .addOption(root())
  .addOption(format(["text", "plain", "json"]))
  .addHelpText(
    "after",
    examples(
      "ksp diff old.ksp home.ksp",
      "git show HEAD:home.ksp | ksp diff --fail-on opened - home.ksp",
      "ksp diff old.ksp laptop.ksp --target wfp --fail-on opened",
    ),
  )
  .action(async (before: string, after: string, options) => {
    const { diff } = await import("./commands/diff.ts");
    finish(await diff(before, after, options));
  });

program
  .command("explain")
  .description("tell what becomes of a packet in every state, or what a code means")
  .argument("<subject>", "a policy, or a code such as KSP2001")
  .argument("[packet]", "a packet, in the words of the policy language")
  .addOption(oneTarget("the firewall that gets the packet (default: judge as Linux does)"))
  .addOption(root())
  .addOption(format(["text", "plain", "json"]))
  .addHelpText(
    "after",
    examples(
      "ksp explain home.ksp 'out to 8.8.8.8 udp 53'",
      "ksp explain laptop.ksp 'out to 8.8.8.8 udp 53' --target wfp",
      "ksp explain KSP2001",
    ),
  )
  .action(async (subject: string, packet: string | undefined, options, command: Command) => {
    const { explainCode, explainPacket } = await import("./commands/explain.ts");
    if (packet !== undefined) finish(await explainPacket(subject, packet, options));
    else if (/^KSP\d+$/i.test(subject)) finish(await explainCode(subject.toUpperCase()));
    else command.error("error: a packet is missing, e.g. 'out to 8.8.8.8 udp 53'");
  });

program
  .command("audit")
  .description(
    "tell whether a machine is as closed, and as open, as a policy says, with the rules of others that are there",
  )
  .argument("<file>", "policy; - is standard input")
  .addOption(oneTarget("the firewall that holds the rules").makeOptionMandatory())
  .option("--listing <file...>", "what the firewall lists, in files (default: this machine is asked)")
  .addOption(root())
  .addOption(format())
  .addHelpText(
    "after",
    examples(
      "sudo ksp audit home.ksp --target nft",
      "nft -j -p list ruleset > rules.json; ksp audit home.ksp --target nft --listing rules.json",
      "ksp audit home.ksp --target iptables --listing rules.json rules.v4 rules.v6 sets.ipset",
      "ksp audit laptop.ksp --target wfp --listing state.xml",
      "ssh mac sudo sh report.sh > report.txt; ksp audit laptop.ksp --target pf --listing report.txt",
    ),
  )
  .action(async (file: string, options) => {
    const { audit } = await import("./commands/audit.ts");
    finish(await audit(file, options));
  });

const backend = () =>
  new Option("--backend <name>", "which rules of the policy to load; without it nft where it has them").choices(
    backendNames,
  );
program
  .command("run")
  .description("guard this machine with a compiled policy: watch the tunnels and switch the rules")
  .argument("<folder>", "the folder of the policy, as `ksp compile` wrote it")
  .addOption(backend())
  .addHelpText("after", examples("ksp run /etc/ksp/rules/home", "ksp run rules/home --backend iptables"))
  .action(async (folder: string, options) => {
    const { run } = await import("./commands/run.ts");
    finish(await run(folder, options));
  });

program
  .command("status")
  .description("tell what is open, and which probe says what; 1 where a tunnel is not in use")
  .addOption(format(["text", "json"]))
  .addHelpText("after", examples("ksp status", "ksp status --format json"))
  .action(async (options) => {
    const { control } = await import("./commands/control.ts");
    finish(await control({ command: "status" }, options));
  });

program
  .command("watch")
  .description("show the status until interrupted: on a terminal drawn anew, elsewhere a line for each change")
  .addHelpText("after", examples("ksp watch"))
  .action(async () => {
    const { watch } = await import("./commands/watch.ts");
    finish(await watch());
  });

program
  .command("enable")
  .description("guard again after `ksp disable`")
  .addOption(format(["text", "json"]))
  .addHelpText("after", examples("ksp enable"))
  .action(async (options) => {
    const { control } = await import("./commands/control.ts");
    finish(await control({ command: "enable" }, options));
  });

program
  .command("disable")
  .description("let everything pass, as far as the policy allows; never beyond a boot")
  .addOption(new Option("--for <time>", "close again after this time, e.g. 15m").argParser(time))
  .addOption(format(["text", "json"]))
  .addHelpText("after", examples("ksp disable --for 15m"))
  .action(async (options) => {
    const { control } = await import("./commands/control.ts");
    const milliseconds = options.for === undefined ? {} : { milliseconds: options.for };
    finish(await control({ command: "disable", ...milliseconds }, options));
  });

program
  .command("portal")
  .description("open the policy's portal for a network's log-in page; it closes by itself")
  .addOption(format(["text", "json"]))
  .addHelpText("after", examples("ksp portal", "ksp enable  # to end it earlier"))
  .action(async (options) => {
    const { control } = await import("./commands/control.ts");
    finish(await control({ command: "portal" }, options));
  });

program
  .command("apply")
  .description("guard with another compiled policy from now on; without a confirmation the one before comes back")
  .argument("<folder>", "the folder of the policy, as `ksp compile` wrote it")
  .addOption(new Option("--confirm <time>", "go back after this time unless `ksp confirm` is run").argParser(time))
  .addOption(format(["text", "json"]))
  .addHelpText("after", examples("ksp apply rules/home --confirm 60s", "ksp confirm"))
  .action(async (folder: string, options) => {
    const { control } = await import("./commands/control.ts");
    const milliseconds = options.confirm === undefined ? {} : { milliseconds: options.confirm };
    finish(await control({ command: "apply", folder, ...milliseconds }, options));
  });

program
  .command("confirm")
  .description("keep what was applied last")
  .addOption(format(["text", "json"]))
  .addHelpText("after", examples("ksp confirm"))
  .action(async (options) => {
    const { control } = await import("./commands/control.ts");
    finish(await control({ command: "confirm" }, options));
  });

program
  .command("exec")
  .description("run a command as an app of the policy: as its user or group, or in its slice")
  .requiredOption("--app <name>", "the app")
  .argument("<command...>", "the command and its arguments, behind --")
  .passThroughOptions()
  .addHelpText("after", examples("sudo ksp exec --app firefox -- firefox --new-window"))
  .action(async (command: readonly string[], options) => {
    const { exec } = await import("./commands/exec.ts");
    finish(await exec(options.app, command));
  });

program
  .command("hits")
  .description("count what each statement let through and refused")
  .addOption(format(["text", "json"]))
  .addHelpText("after", examples("ksp hits"))
  .action(async (options) => {
    const { hits } = await import("./commands/hits.ts");
    finish(await hits(options));
  });

const system = () => new Option("--root <dir>", "the root of the system to set up").default("/");
program
  .command("install")
  .description("boot closed, and guard with a compiled policy from then on (systemd)")
  .argument("<folder>", "the folder of the policy, as `ksp compile` wrote it")
  .addOption(system())
  .addOption(backend())
  .addHelpText("after", examples("ksp install rules/home", "ksp install rules/home --root /mnt/image"))
  .action(async (folder: string, options) => {
    const { install } = await import("./commands/install.ts");
    finish(await install(folder, options));
  });

program
  .command("uninstall")
  .description("stop guarding, take the rules away and what `install` put in place; everything passes")
  .addOption(system())
  .addHelpText("after", examples("ksp uninstall"))
  .action(async (options) => {
    const { uninstall } = await import("./commands/install.ts");
    finish(await uninstall(options));
  });

program
  .command("doctor")
  .description("tell what this machine lacks for a kill switch, or hides from it")
  .addOption(format(["text", "json"]))
  .addHelpText("after", examples("ksp doctor", "ksp doctor --format json"))
  .action(async (options) => {
    const { doctor } = await import("./commands/doctor.ts");
    finish(await doctor(options));
  });

program
  .command("completion")
  .description("print a script that completes commands and options in a shell")
  .addArgument(new Argument("<shell>", "which shell").choices(["bash", "zsh", "fish"]))
  .addHelpText("after", examples("source <(ksp completion bash)", "ksp completion fish | source"))
  .action(async (shell) => {
    const { completion } = await import("./commands/completion.ts");
    finish(completion(program, shell));
  });

program
  .command("man")
  .description("print the manual page")
  .addHelpText("after", examples("ksp man | man -l -"))
  .action(async () => {
    const { man } = await import("./commands/man.ts");
    finish(man(program));
  });

function bug(error: unknown): void {
  const { KSP_DEBUG } = process.env;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const lines = [
    `error: this is a bug in ksp ${version()}: ${message}`,
    "To report it, send this message, the command line and, where it may be shared, the policy to the maintainers.",
    KSP_DEBUG === "1" ? stack : "KSP_DEBUG=1 prints where it happened.",
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
  finish(3);
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, such as `head`, is no failure.
    if (error.code === "EPIPE") return;
    if (stream === process.stdout) process.stderr.write(`error: standard output cannot be written: ${error.code}\n`);
    finish(2);
  });
}
process.on("uncaughtException", bug);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) bug(error);
  else if (error.exitCode !== 0) finish(2);
}
