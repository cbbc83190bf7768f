import { servers } from "./line.ts";
import type { Namespace } from "./namespace.ts";
import type { Process } from "./process.ts";
import { running, type Vpn } from "./vpn.ts";

export type OpenvpnOptions = {
  readonly interface: string;
  readonly servers: readonly string[];
  readonly protocol: "udp" | "tcp";
  readonly port: number;
  /** The user that the client runs as, from its first packet on. */
  readonly uid: number;
  /** Further options of the client. */
  readonly more?: readonly string[];
};

/** What examples/openvpn-eight-servers.ksp says. */
export const eightServers: OpenvpnOptions = { interface: "ovpn-home", servers, protocol: "tcp", port: 443, uid: 994 };

/** A certificate of its own for one end; gives its fingerprint, which is all that the other end checks. */
const certify = async (at: Namespace, name: string): Promise<string> => {
  const files = ["-keyout", `/run/${name}.key`, "-out", `/run/${name}.crt`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await at.run(["openssl", "req", "-x509", "-days", "2", "-subj", `/CN=${name}`, ...key, ...files]);
  await at.run(["chmod", "0644", `/run/${name}.key`]);
  const printed = await at.run(["openssl", "x509", "-in", `/run/${name}.crt`, "-noout", "-fingerprint", "-sha256"]);
  return printed.trim().replace(/^.*=/, "");
};

/** OpenVPN over TLS. The server pushes the address; the client sends everything of IPv4 through it. */
export const openOpenvpn = async (
  { client, server }: { readonly client: Namespace; readonly server: Namespace },
  options: OpenvpnOptions,
): Promise<Vpn> => {
  const name = options.interface;
  const [near, far] = await Promise.all([certify(client, `${name}-client`), certify(server, `${name}-server`)]);
  const both = (end: string, fingerprint: string): readonly string[] => [
    ...["openvpn", "--dev-type", "tun", "--verb", "3", "--disable-dco", "--port", `${options.port}`],
    ...["--cert", `/run/${name}-${end}.crt`, "--key", `/run/${name}-${end}.key`, "--peer-fingerprint", fingerprint],
  ];
  const protocol = (end: string): string => (options.protocol === "tcp" ? `tcp4-${end}` : "udp4");
  const remote = await server.spawn([
    ...both("server", near),
    ...["--dev", `${name}-s`, "--proto", protocol("server"), "--tls-server", "--dh", "none", "--topology", "subnet"],
    ...["--server", "10.8.0.0", "255.255.255.0", "--keepalive", "1", "3", "--duplicate-cn"],
    ...(options.protocol === "udp" ? ["--multihome"] : []),
  ]);
  await remote.until("Initialization Sequence Completed");

  let process: Process | undefined;
  return {
    interface: name,
    endpoint: { protocol: options.protocol, addresses: options.servers, port: options.port },
    heartbeat: "10.8.0.1",
    inside: ["10.8.0.1"],
    process: () => running(name, process),
    start: async () => {
      const command = [
        ...both("client", far),
        ...["--dev", name, "--proto", protocol("client"), "--nobind", "--client", "--redirect-gateway", "def1"],
        ...["--connect-retry", "1", "2", "--connect-timeout", "1"],
        ...options.servers.flatMap((address) => ["--remote", address]),
        ...(options.more ?? []),
      ];
      // Root's one right is needed for the device and the routes; /dev/net/tun may be closed to other users.
      const capabilities = ["net_admin", "dac_override"];
      process = await client.spawn(command, { uid: options.uid, capabilities });
      await process.until("Initialization Sequence Completed", 15_000);
    },
  };
};
