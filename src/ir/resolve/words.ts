import { isHostName } from "../../net/host-name.ts";
import { isSocketPath } from "../../net/socket-path.ts";
import type * as ast from "../../parser/ast.ts";
import type { Context } from "./context.ts";

/** Texts that another system reads: what it would refuse, or take for something else, is refused here. */

/** Undefined after a message. */
export function resolveHostName(context: Context, { value, span }: ast.Text, what = "host name"): string | undefined {
  if (isHostName(value)) return value;
  return context.report(
    "KSP2092",
    { what, text: value },
    { at: span, label: "no name that can be looked up", help: "write the bare name, such as `vpn.example.net`" },
  );
}

/** Names below which a resolver answers; an address in reverse (`20.10.in-addr.arpa`) is a name as well. */
export function resolveSuffixes(context: Context, suffixes: readonly ast.Text[]): readonly string[] | undefined {
  const first = new Map<string, ast.Text>();
  for (const suffix of suffixes) {
    const key = suffix.value.toLowerCase();
    const other = first.get(key);
    if (other) return context.saidTwice(`\`${suffix.value}\``, suffix.span, other.span);
    first.set(key, suffix);
    if (!isHostName(suffix.value))
      return context.report(
        "KSP2092",
        { what: "name that can stand after `for`", text: suffix.value },
        {
          at: suffix.span,
          label: "no name below which others stand",
          help: "write a bare name, such as `corp.example`",
        },
      );
  }
  return suffixes.map(({ value }) => value);
}

/** systemd.slice(5) and the paths below the root of the control groups. */
export function resolveSlice(context: Context, { value, span }: ast.Text): string | undefined {
  const parts = value.split("/");
  if (parts.every((part) => /^[A-Za-z0-9:_.@\\-]+$/.test(part) && part !== "." && part !== "..")) return value;
  return context.report(
    "KSP2092",
    { what: "slice", text: value },
    {
      at: span,
      label: "no path of a control group",
      help: "write it as `systemd-cgls` prints it, without a leading `/`, such as `ksp-firefox.slice`",
    },
  );
}

const onlyPaths = "any program may listen at a port that OpenVPN has left: only a path is asked";

/** Where OpenVPN listens with `--management PATH unix`. */
export function resolveSocket(context: Context, { value, span }: ast.Text): string | undefined {
  if (isSocketPath(value)) return value;
  const isPath = value.startsWith("/");
  return context.report(
    "KSP2092",
    { what: "path of a socket", text: value },
    {
      at: span,
      label: isPath ? "too long, or with a detour" : "no absolute path",
      notes: isPath ? [] : [onlyPaths],
      help: "let OpenVPN listen with `management /run/openvpn/home.sock unix`, and write that path",
    },
  );
}

/** groupadd(8), and what a list of groups could not hold. */
export function resolveGroupName(context: Context, { value, span }: ast.Text): string | undefined {
  if (value !== "" && !/^[0-9-]|[:,\p{Cc}]/u.test(value) && value.trim() === value) return value;
  return context.report(
    "KSP2092",
    { what: "group", text: value },
    {
      at: span,
      label: "no name of a group",
      help: 'write the name of a group of this machine, such as `group "netadmin"`',
    },
  );
}

/** Linux: -1 means "no change" to the kernel, and 65534 is what it shows for everybody whom it cannot name. */
export function resolveNumberedOwner(
  context: Context,
  kind: "user" | "group",
  { value, text, span }: ast.Integer,
): number | undefined {
  if (value < 0xffffffff && value !== overflowId) return value;
  return context.report(
    "KSP2007",
    { what: kind, value: text },
    value === overflowId
      ? {
          at: span,
          label: `stands for every ${kind} that the kernel cannot name`,
          notes: [`inside containers strangers appear as ${overflowId}`],
          help: `run the program as a ${kind} of its own, and name that`,
        }
      : { at: span, label: `no ${kind} can have this number`, help: `write the number that \`id\` prints` },
  );
}

const overflowId = 65534;
