/** Where the policy that a machine boots with lies. */
export const activeFolder = "/etc/ksp/active";
/** What is in force where the lockdown of a policy does not load. */
export const closedFolder = "/etc/ksp/closed";

/**
 * Closes before the network comes up, and never opens: there is no ExecStop, and nothing stops it at a shutdown. Other firewalls
 * load first, because some flush everything. Requiring it of the network's target would not keep the network down, and its own
 * failure must not: the first command needs nothing of the policy, and what it loads stays when the second fails.
 */
export const lockdownUnit = (closed: readonly string[], lockdown: readonly string[]): string => `[Unit]
Description=ksp: closed until a tunnel is proved good
Documentation=man:ksp(1)
DefaultDependencies=no
After=nftables.service firewalld.service ufw.service netfilter-persistent.service
Before=network-pre.target
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${closed.join(" ")}
ExecStart=${lockdown.join(" ")}

[Install]
WantedBy=sysinit.target
`;

/**
 * Rules and routes; pings through an interface; paused programs; messages on desktops, as their users; the group of the
 * socket. The last is what systemd asks of whoever restarts a VPN's unit or arms a timer.
 */
const capabilities = ["NET_ADMIN", "NET_RAW", "KILL", "SETUID", "SETGID", "CHOWN", "SYS_ADMIN"].map(
  (name) => `CAP_${name}`,
);

/**
 * Started again whenever it ends, or hangs. Only the daemon itself is killed when it stops: a VPN that it started to reconnect goes on.
 * Its folder in /run stays, so that the next one adopts what is there.
 */
export const daemonUnit = (command: readonly string[], backend: string): string => `[Unit]
Description=ksp: guards the tunnels
Documentation=man:ksp(1)
After=ksp-lockdown.service
Wants=ksp-lockdown.service
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
WatchdogSec=60
TimeoutStartSec=300
ExecStart=${command.map(quoted).join(" ")} run --backend ${backend} ${activeFolder}
Restart=always
RestartSec=1
OOMScoreAdjust=-900
KillMode=process
CapabilityBoundingSet=${capabilities.join(" ")}
NoNewPrivileges=yes
LockPersonality=yes
RestrictSUIDSGID=yes
RuntimeDirectory=ksp
RuntimeDirectoryMode=0711
RuntimeDirectoryPreserve=yes

[Install]
WantedBy=multi-user.target
`;

/** systemd expands `%` and `$`, and reads quotes as a shell does. */
const quoted = (word: string): string =>
  `"${word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$")}"`;

/** What a unit that was written so guards with. */
export const backendIn = (unit: string): string | undefined => /^ExecStart=.* run --backend (\S+) /m.exec(unit)?.[1];
