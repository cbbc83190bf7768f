import { notifyDesktops } from "./desktop.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { Pin } from "./hosts/pins.ts";
import { type Entry, type Recent, remember } from "./recent.ts";
import type { Status } from "./status.ts";

export interface NoticesOptions {
  readonly log: (entry: Entry) => void;
  readonly alert: (found: Diagnosis) => void;
  /** Alerts are shown on desktops, too. */
  readonly desktop: boolean;
}

/** Foreign rules that a status tells of. */
const most = 8;

/** What people are told: by the log, by alerts, and by a status that asks later. */
export class Notices {
  readonly #options: NoticesOptions;
  readonly #foreignRoutes = new Map<string, readonly string[]>();
  #tampered: Status["tampered"] = { count: 0 };
  #bypasses: Status["bypasses"] = [];
  #recent: readonly Recent[] = [];

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  get known(): Pick<Status, "recent" | "foreignRoutes" | "tampered" | "bypasses"> {
    return {
      recent: this.#recent,
      foreignRoutes: [...this.#foreignRoutes].flatMap(([tunnel, routes]) => routes.map((r) => `${r} beside ${tunnel}`)),
      tampered: this.#tampered,
      bypasses: this.#bypasses,
    };
  }

  log(level: Entry["level"], event: string, details: Readonly<Record<string, unknown>>): void {
    this.record({ level, event, ...details });
  }

  record(entry: Entry): void {
    this.#recent = remember(this.#recent, entry, Date.now());
    this.#options.log(entry);
  }

  alert(found: Diagnosis): void {
    this.#options.alert(found);
    if (this.#options.desktop) void notifyDesktops(found.title, found.lines.join("\n"));
  }

  tampered(what: string): void {
    this.#tampered = { count: this.#tampered.count + 1, last: what };
    this.log("error", "tampered", this.#tampered);
  }

  foreignRoutes(tunnel: string, routes: readonly string[]): void {
    this.#foreignRoutes.set(tunnel, routes);
    this.log(routes.length > 0 ? "warning" : "info", "foreign-routes", { tunnel, routes });
  }

  /** No state of ours closes it, so a person must know. */
  bypass(how: string): void {
    if (this.#bypasses.includes(how)) return;
    this.#bypasses = [...this.#bypasses, how].slice(-most);
    this.log("error", "bypass", { text: how });
    const lines = [how, "no rule of ksp sees what it takes: remove it, or the program that made it"];
    this.alert({ chain: "all", title: "another rule lets packets past the kill switch", lines });
  }

  /** While the tunnel stands there is time to do something about it. */
  moved({ tunnel, host }: Pin, addresses: readonly string[]): void {
    this.log("warning", "moved", { tunnel, host, addresses });
    const lines = [
      `${host} is at ${addresses.join(", ")} now, and the rules let nothing there`,
      `${tunnel} stands until it is lost; then it does not come back: \`ksp pin\`, \`ksp compile\`, \`ksp apply\``,
    ];
    this.alert({ chain: tunnel, title: `a server of ${tunnel} has moved`, lines });
  }
}
