import { CstParser, type IToken, type TokenType } from "chevrotain";
import * as t from "./tokens.ts";
import { kw } from "./tokens.ts";

/** Keywords that may follow `icmp` where no type is given: there they are not the type. */
const afterTransport = new Set<TokenType>([
  ...[kw.on, kw.through, kw.while, kw.reply, kw.masquerade, kw.rewrite],
  ...[kw["accept-risk"], kw.reason, kw.owner, kw.ticket, kw.until],
]);

/** Rules that a part of a file is read by, alone. */
export type EntryRule =
  | ("file" | "version" | "title" | "statement" | "packet")
  | ("binding" | "linkItem" | "tunnelItem" | "helperItem" | "appItem" | "probe" | "reconnectItem" | "controlItem");

/** The grammar of ksp 1, rule by rule as in grammar/ksp.ebnf. It says what may stand where; the builder says what it means. */
export class Grammar extends CstParser {
  constructor(options: { readonly validate: boolean }) {
    super([...t.grammarTokens], {
      maxLookahead: 2,
      nodeLocationTracking: "onlyOffset",
      skipValidations: !options.validate,
    });
    this.performSelfAnalysis();
  }

  /** One of several keywords; `at` tells two choices of one rule apart. The tree holds it under `label`. */
  private choice(at: number, label: string, types: readonly TokenType[]): IToken {
    return this.or(
      at,
      types.map((type) => ({ ALT: () => this.consume(at, type, { LABEL: label }) })),
    );
  }

  // file ::= NL? version NL title NL (statement NL)*
  readonly file = this.RULE("file", () => {
    this.OPTION(() => this.CONSUME(t.NL, { LABEL: "start" }));
    this.SUBRULE(this.version);
    this.CONSUME2(t.NL, { LABEL: "afterVersion" });
    this.SUBRULE(this.title);
    this.CONSUME3(t.NL, { LABEL: "afterTitle" });
    this.MANY(() => {
      this.SUBRULE(this.statement);
      this.CONSUME4(t.NL, { LABEL: "after" });
    });
  });

  // version ::= "ksp" INTEGER
  readonly version = this.RULE("version", () => {
    this.CONSUME(kw.ksp);
    this.CONSUME(t.INTEGER);
  });

  // title ::= ("policy" | "fragment") NAME
  readonly title = this.RULE("title", () => {
    this.choice(0, "type", [kw.policy, kw.fragment]);
    this.CONSUME(t.NAME);
  });

  // statement ::= param | import | list | link | helper | tunnel | chain | dns | ipv6 | allow | deny | forward | app
  //             | scope | blocked | log | watch | reconnect | alert | portal | control | expect
  readonly statement = this.RULE("statement", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.param) },
      { ALT: () => this.SUBRULE(this.import) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.link) },
      { ALT: () => this.SUBRULE(this.helper) },
      { ALT: () => this.SUBRULE(this.tunnel) },
      { ALT: () => this.SUBRULE(this.chain) },
      { ALT: () => this.SUBRULE(this.dns) },
      { ALT: () => this.SUBRULE(this.ipv6) },
      { ALT: () => this.SUBRULE(this.allow) },
      { ALT: () => this.SUBRULE(this.deny) },
      { ALT: () => this.SUBRULE(this.forward) },
      { ALT: () => this.SUBRULE(this.app) },
      { ALT: () => this.SUBRULE(this.scope) },
      { ALT: () => this.SUBRULE(this.blocked) },
      { ALT: () => this.SUBRULE(this.log) },
      { ALT: () => this.SUBRULE(this.watch) },
      { ALT: () => this.SUBRULE(this.reconnect) },
      { ALT: () => this.SUBRULE(this.alert) },
      { ALT: () => this.SUBRULE(this.portal) },
      { ALT: () => this.SUBRULE(this.control) },
      { ALT: () => this.SUBRULE(this.expect) },
    ]);
  });

  // ---- reuse -----------------------------------------------------------------------------------------------------------

  // param ::= "param" NAME ("address" | "network" | "port" | "number" | "text") ("=" value)?
  readonly param = this.RULE("param", () => {
    this.CONSUME(kw.param);
    this.CONSUME(t.NAME);
    this.choice(0, "type", [kw.address, kw.network, kw.port, kw.number, kw.text]);
    this.OPTION(() => {
      this.CONSUME(t.EQUALS);
      this.SUBRULE(this.value);
    });
  });

  // import ::= "import" TEXT ("{" NL (binding NL)+ "}")?
  readonly import = this.RULE("import", () => {
    this.CONSUME(kw.import);
    this.CONSUME(t.TEXT);
    this.OPTION(() => {
      this.CONSUME(t.OPEN);
      this.CONSUME(t.NL);
      this.AT_LEAST_ONE(() => {
        this.SUBRULE(this.binding);
        this.CONSUME2(t.NL);
      });
      this.CONSUME(t.CLOSE);
    });
  });

  // binding ::= NAME "=" value
  readonly binding = this.RULE("binding", () => {
    this.CONSUME(t.NAME);
    this.CONSUME(t.EQUALS);
    this.SUBRULE(this.value);
  });

  // value ::= nets | PORTS | INTEGER | NUMBER | STRING | RAW
  readonly value = this.RULE("value", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.nets) },
      { ALT: () => this.CONSUME(t.PORTS) },
      { ALT: () => this.CONSUME(t.INTEGER) },
      { ALT: () => this.CONSUME(t.NUMBER) },
      { ALT: () => this.CONSUME(t.STRING) },
      { ALT: () => this.CONSUME(t.RAW) },
    ]);
  });

  // list ::= "list" NAME ("=" nets | "from" TEXT ("sha256" TEXT)? ("no" "wider" "than" "/" INTEGER)?)
  readonly list = this.RULE("list", () => {
    this.CONSUME(kw.list);
    this.CONSUME(t.NAME);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.EQUALS);
          this.SUBRULE(this.nets);
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.from);
          this.CONSUME(t.TEXT, { LABEL: "path" });
          this.OPTION(() => {
            this.CONSUME(kw.sha256);
            this.CONSUME2(t.TEXT, { LABEL: "digest" });
          });
          this.OPTION2(() => {
            this.CONSUME(kw.no);
            this.CONSUME(kw.wider);
            this.CONSUME(kw.than);
            this.CONSUME(t.SLASH);
            this.CONSUME(t.INTEGER);
          });
        },
      },
    ]);
  });

  // nets ::= NET ("," NET)* ("except" NET ("," NET)*)?
  readonly nets = this.RULE("nets", () => {
    this.CONSUME(t.NET, { LABEL: "include" });
    this.MANY(() => {
      this.CONSUME(t.COMMA, { LABEL: "includeComma" });
      this.CONSUME2(t.NET, { LABEL: "include" });
    });
    this.OPTION(() => {
      this.CONSUME(kw.except);
      this.CONSUME3(t.NET, { LABEL: "except" });
      this.MANY2(() => {
        this.CONSUME2(t.COMMA, { LABEL: "exceptComma" });
        this.CONSUME4(t.NET, { LABEL: "except" });
      });
    });
  });

  // ---- interfaces that are no tunnels --------------------------------------------------------------------------------------

  // link ::= "link" NAME "{" NL (link_item NL)+ "}"
  readonly link = this.RULE("link", () => {
    this.CONSUME(kw.link);
    this.CONSUME(t.NAME);
    this.CONSUME(t.OPEN);
    this.CONSUME(t.NL);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.linkItem);
      this.CONSUME2(t.NL);
    });
    this.CONSUME(t.CLOSE);
  });

  // link_item ::= interface | "role" ("outside" | "inside")
  readonly linkItem = this.RULE("linkItem", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.interface) },
      {
        ALT: () => {
          this.CONSUME(kw.role);
          this.choice(1, "role", [kw.outside, kw.inside]);
        },
      },
    ]);
  });

  // interface ::= "interface" (TEXT ("," TEXT)* | (OS ifname)+)
  readonly interface = this.RULE("interface", () => {
    this.CONSUME(kw.interface);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.TEXT);
          this.MANY(() => {
            this.CONSUME(t.COMMA);
            this.CONSUME2(t.TEXT);
          });
        },
      },
      {
        ALT: () => {
          this.AT_LEAST_ONE(() => {
            this.CONSUME(t.OS);
            this.SUBRULE(this.ifname);
          });
        },
      },
    ]);
  });

  // ifname ::= TEXT | "utun"
  readonly ifname = this.RULE("ifname", () => {
    this.OR([{ ALT: () => this.CONSUME(t.TEXT) }, { ALT: () => this.CONSUME(kw.utun) }]);
  });

  // ---- tunnels and their helpers -------------------------------------------------------------------------------------------

  // tunnel ::= "tunnel" NAME "{" NL (tunnel_item NL)+ "}"
  readonly tunnel = this.RULE("tunnel", () => {
    this.CONSUME(kw.tunnel);
    this.CONSUME(t.NAME);
    this.CONSUME(t.OPEN);
    this.CONSUME(t.NL);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.tunnelItem);
      this.CONSUME2(t.NL);
    });
    this.CONSUME(t.CLOSE);
  });

  // tunnel_item ::= "protocol" ("wireguard" | "openvpn" | "ipsec" | "other")
  //               | interface
  //               | server
  //               | carrier
  //               | address
  //               | carries
  readonly tunnelItem = this.RULE("tunnelItem", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(kw.protocol);
          this.choice(1, "protocol", [kw.wireguard, kw.openvpn, kw.ipsec, kw.other]);
        },
      },
      { ALT: () => this.SUBRULE(this.interface) },
      { ALT: () => this.SUBRULE(this.server) },
      { ALT: () => this.SUBRULE(this.carrier) },
      { ALT: () => this.SUBRULE(this.address) },
      { ALT: () => this.SUBRULE(this.carries) },
    ]);
  });

  // address ::= "address" ("assigned" | nets)
  readonly address = this.RULE("address", () => {
    this.CONSUME(kw.address);
    this.OR([{ ALT: () => this.CONSUME(kw.assigned) }, { ALT: () => this.SUBRULE(this.nets) }]);
  });

  // carries ::= "carries" ("everything" ("and" nets)? | nets)
  readonly carries = this.RULE("carries", () => {
    this.CONSUME(kw.carries);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(kw.everything);
          this.OPTION(() => {
            this.CONSUME(kw.and);
            this.SUBRULE(this.nets);
          });
        },
      },
      { ALT: () => this.SUBRULE2(this.nets) },
    ]);
  });

  // helper ::= "helper" NAME "{" NL (helper_item NL)+ "}"
  readonly helper = this.RULE("helper", () => {
    this.CONSUME(kw.helper);
    this.CONSUME(t.NAME);
    this.CONSUME(t.OPEN);
    this.CONSUME(t.NL);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.helperItem);
      this.CONSUME2(t.NL);
    });
    this.CONSUME(t.CLOSE);
  });

  // helper_item ::= server | carrier | "listen" NET service
  readonly helperItem = this.RULE("helperItem", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.server) },
      { ALT: () => this.SUBRULE(this.carrier) },
      {
        ALT: () => {
          this.CONSUME(kw.listen);
          this.CONSUME(t.NET);
          this.SUBRULE(this.service);
        },
      },
    ]);
  });

  // server ::= "server" ("helper" NAME | peer ("nat64" NET)?)
  readonly server = this.RULE("server", () => {
    this.CONSUME(kw.server);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(kw.helper);
          this.CONSUME(t.NAME);
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.peer);
          this.OPTION(() => {
            this.CONSUME(kw.nat64);
            this.CONSUME(t.NET);
          });
        },
      },
    ]);
  });

  // peer ::= NET carried | "host" TEXT ("at" nets)? carried
  readonly peer = this.RULE("peer", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.NET);
          this.SUBRULE(this.carried);
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.host);
          this.CONSUME(t.TEXT);
          this.OPTION(() => {
            this.CONSUME(kw.at);
            this.SUBRULE(this.nets);
          });
          this.SUBRULE2(this.carried);
        },
      },
    ]);
  });

  // carried ::= service | "protocol" INTEGER
  readonly carried = this.RULE("carried", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.service) },
      {
        ALT: () => {
          this.CONSUME(kw.protocol);
          this.CONSUME(t.INTEGER);
        },
      },
    ]);
  });

  // service ::= ("tcp" | "udp") ports
  readonly service = this.RULE("service", () => {
    this.choice(0, "protocol", [kw.tcp, kw.udp]);
    this.SUBRULE(this.ports);
  });

  // carrier ::= "carrier" OS? identity ("and" identity)*
  readonly carrier = this.RULE("carrier", () => {
    this.CONSUME(kw.carrier);
    this.OPTION(() => this.CONSUME(t.OS));
    this.SUBRULE(this.identity);
    this.MANY(() => {
      this.CONSUME(kw.and);
      this.SUBRULE2(this.identity);
    });
  });

  // identity ::= "mark" (NUMBER | PARAM) ("/" NUMBER)?
  //            | ("user" | "group") owner
  //            | ("slice" | "program" | "service") TEXT
  readonly identity = this.RULE("identity", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(kw.mark);
          this.OR2([
            { ALT: () => this.CONSUME(t.NUMBER, { LABEL: "mark" }) },
            { ALT: () => this.CONSUME(t.PARAM, { LABEL: "mark" }) },
          ]);
          this.OPTION(() => {
            this.CONSUME(t.SLASH);
            this.CONSUME2(t.NUMBER, { LABEL: "mask" });
          });
        },
      },
      {
        ALT: () => {
          this.choice(3, "owned", [kw.user, kw.group]);
          this.SUBRULE(this.owner);
        },
      },
      {
        ALT: () => {
          this.choice(4, "named", [kw.slice, kw.program, kw.service]);
          this.CONSUME(t.TEXT);
        },
      },
    ]);
  });

  // owner ::= TEXT | INTEGER
  readonly owner = this.RULE("owner", () => {
    this.OR([{ ALT: () => this.CONSUME(t.TEXT) }, { ALT: () => this.CONSUME(t.INTEGER) }]);
  });

  // chain ::= "chain" NAME "=" NAME ("->" NAME)+
  readonly chain = this.RULE("chain", () => {
    this.CONSUME(kw.chain);
    this.CONSUME(t.NAME);
    this.CONSUME(t.EQUALS);
    this.CONSUME2(t.NAME, { LABEL: "hop" });
    this.AT_LEAST_ONE(() => {
      this.CONSUME(t.ARROW);
      this.CONSUME3(t.NAME, { LABEL: "hop" });
    });
  });

  // ---- names and families ----------------------------------------------------------------------------------------------------

  // dns ::= "dns" ("none" | nets who? path ("for" TEXT ("," TEXT)*)? "redirect"? caveat)
  readonly dns = this.RULE("dns", () => {
    this.CONSUME(kw.dns);
    this.OR([
      { ALT: () => this.CONSUME(kw.none) },
      {
        ALT: () => {
          this.SUBRULE(this.nets);
          this.OPTION(() => this.SUBRULE(this.who));
          this.SUBRULE(this.path);
          this.OPTION2(() => {
            this.CONSUME(kw.for);
            this.CONSUME(t.TEXT);
            this.MANY(() => {
              this.CONSUME(t.COMMA);
              this.CONSUME2(t.TEXT);
            });
          });
          this.OPTION3(() => this.CONSUME(kw.redirect));
          this.SUBRULE(this.caveat);
        },
      },
    ]);
  });

  // ipv6 ::= "ipv6" ("tunnel" | "block")
  readonly ipv6 = this.RULE("ipv6", () => {
    this.CONSUME(kw.ipv6);
    this.choice(0, "mode", [kw.tunnel, kw.block]);
  });

  // ---- exemptions --------------------------------------------------------------------------------------------------------------

  // allow ::= "allow" (opening | packet) while? caveat
  readonly allow = this.RULE("allow", () => {
    this.CONSUME(kw.allow);
    this.OR([{ ALT: () => this.SUBRULE(this.opening) }, { ALT: () => this.SUBRULE(this.packet) }]);
    this.OPTION(() => this.SUBRULE(this.while));
    this.SUBRULE(this.caveat);
  });

  // opening ::= "dhcp" "server"? on?
  //           | "router-advertisement" on
  //           | ("discovery" | "lan") on?
  //           | "host" TEXT ("at" nets)? ("within" nets)? service on?
  readonly opening = this.RULE("opening", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(kw.dhcp);
          this.OPTION(() => this.CONSUME(kw.server));
          this.OPTION2(() => this.SUBRULE(this.on));
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw["router-advertisement"]);
          this.SUBRULE2(this.on);
        },
      },
      {
        ALT: () => {
          this.choice(1, "kind", [kw.discovery, kw.lan]);
          this.OPTION3(() => this.SUBRULE3(this.on));
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.host);
          this.CONSUME(t.TEXT);
          this.OPTION4(() => {
            this.CONSUME(kw.at);
            this.SUBRULE(this.nets, { LABEL: "addresses" });
          });
          this.OPTION5(() => {
            this.CONSUME(kw.within);
            this.SUBRULE2(this.nets, { LABEL: "bounds" });
          });
          this.SUBRULE(this.service);
          this.OPTION6(() => this.SUBRULE4(this.on));
        },
      },
    ]);
  });

  // deny ::= "deny" packet while? caveat
  readonly deny = this.RULE("deny", () => {
    this.CONSUME(kw.deny);
    this.SUBRULE(this.packet);
    this.OPTION(() => this.SUBRULE(this.while));
    this.SUBRULE(this.caveat);
  });

  // packet ::= ("in" | "out" | "forward") who? ("from" nets ports?)? ("to" nets)? transport? path?
  readonly packet = this.RULE("packet", () => {
    this.choice(0, "direction", [kw.in, kw.out, kw.forward]);
    this.OPTION(() => this.SUBRULE(this.who));
    this.OPTION2(() => {
      this.CONSUME(kw.from);
      this.SUBRULE(this.nets, { LABEL: "source" });
      this.OPTION3(() => this.SUBRULE(this.ports));
    });
    this.OPTION4(() => {
      this.CONSUME(kw.to);
      this.SUBRULE2(this.nets, { LABEL: "destination" });
    });
    this.OPTION5(() => this.SUBRULE(this.transport));
    this.OPTION6(() => this.SUBRULE(this.path));
  });

  // who ::= "app" NAME | identity
  readonly who = this.RULE("who", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(kw.app);
          this.CONSUME(t.NAME);
        },
      },
      { ALT: () => this.SUBRULE(this.identity) },
    ]);
  });

  // transport ::= service | ("icmp" | "icmpv6") NAME? | "protocol" INTEGER
  readonly transport = this.RULE("transport", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.service) },
      {
        ALT: () => {
          this.choice(1, "icmp", [kw.icmp, kw.icmpv6]);
          this.OPTION({
            GATE: () => !afterTransport.has(this.LA(1).tokenType),
            DEF: () => this.CONSUME(t.NAME),
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.protocol);
          this.CONSUME(t.INTEGER);
        },
      },
    ]);
  });

  // path ::= on | "through" NAME
  readonly path = this.RULE("path", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.on) },
      {
        ALT: () => {
          this.CONSUME(kw.through);
          this.CONSUME(t.NAME);
        },
      },
    ]);
  });

  // on ::= "on" NAME
  readonly on = this.RULE("on", () => {
    this.CONSUME(kw.on);
    this.CONSUME(t.NAME);
  });

  // ports ::= PORT ("," PORT)*
  readonly ports = this.RULE("ports", () => {
    this.CONSUME(t.PORT);
    this.MANY(() => {
      this.CONSUME(t.COMMA);
      this.CONSUME2(t.PORT);
    });
  });

  // caveat ::= ("accept-risk" CODE ("," CODE)*)? ("reason" TEXT)? ("owner" TEXT)? ("ticket" TEXT)? ("until" DATE)?
  readonly caveat = this.RULE("caveat", () => {
    this.OPTION(() => {
      this.CONSUME(kw["accept-risk"]);
      this.CONSUME(t.CODE);
      this.MANY(() => {
        this.CONSUME(t.COMMA);
        this.CONSUME2(t.CODE);
      });
    });
    this.OPTION2(() => {
      this.CONSUME(kw.reason);
      this.CONSUME(t.TEXT, { LABEL: "reason" });
    });
    this.OPTION3(() => {
      this.CONSUME(kw.owner);
      this.CONSUME2(t.TEXT, { LABEL: "owner" });
    });
    this.OPTION4(() => {
      this.CONSUME(kw.ticket);
      this.CONSUME3(t.TEXT, { LABEL: "ticket" });
    });
    this.OPTION5(() => {
      this.CONSUME(kw.until);
      this.CONSUME(t.DATE);
    });
  });

  // ---- forwarded traffic ---------------------------------------------------------------------------------------------------------

  // forward ::= "forward" ("block" | route while? caveat)
  readonly forward = this.RULE("forward", () => {
    this.CONSUME(kw.forward);
    this.OR([
      { ALT: () => this.CONSUME(kw.block) },
      {
        ALT: () => {
          this.SUBRULE(this.route);
          this.OPTION(() => this.SUBRULE(this.while));
          this.SUBRULE(this.caveat);
        },
      },
    ]);
  });

  // route ::= "from" side "to" side transport? ("masquerade" | "rewrite" "to" NET PORT?)?
  readonly route = this.RULE("route", () => {
    this.CONSUME(kw.from);
    this.SUBRULE(this.side, { LABEL: "source" });
    this.CONSUME(kw.to);
    this.SUBRULE2(this.side, { LABEL: "destination" });
    this.OPTION(() => this.SUBRULE(this.transport));
    this.OPTION2(() => {
      this.OR([
        { ALT: () => this.CONSUME(kw.masquerade) },
        {
          ALT: () => {
            this.CONSUME(kw.rewrite);
            this.CONSUME2(kw.to);
            this.CONSUME(t.NET);
            this.OPTION3(() => this.CONSUME(t.PORT));
          },
        },
      ]);
    });
  });

  // side ::= ("link" | "tunnel") NAME nets?
  readonly side = this.RULE("side", () => {
    this.choice(0, "kind", [kw.link, kw.tunnel]);
    this.CONSUME(t.NAME);
    this.OPTION(() => this.SUBRULE(this.nets));
  });

  // ---- applications ----------------------------------------------------------------------------------------------------------------

  // app ::= "app" NAME "{" NL (app_item NL)+ "}"
  readonly app = this.RULE("app", () => {
    this.CONSUME(kw.app);
    this.CONSUME(t.NAME);
    this.CONSUME(t.OPEN);
    this.CONSUME(t.NL);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.appItem);
      this.CONSUME2(t.NL);
    });
    this.CONSUME(t.CLOSE);
  });

  // app_item ::= OS identity | "traffic" ("tunnel" | "outside" | "none") | "on" "loss" ("pause" | "keep")
  readonly appItem = this.RULE("appItem", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.OS);
          this.SUBRULE(this.identity);
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.traffic);
          this.choice(1, "traffic", [kw.tunnel, kw.outside, kw.none]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.on);
          this.CONSUME(kw.loss);
          this.choice(2, "onLoss", [kw.pause, kw.keep]);
        },
      },
    ]);
  });

  // scope ::= "scope" ("machine" | "apps" | "carried")
  readonly scope = this.RULE("scope", () => {
    this.CONSUME(kw.scope);
    this.choice(0, "scope", [kw.machine, kw.apps, kw.carried]);
  });

  // ---- how it feels and what is told -----------------------------------------------------------------------------------------------

  // blocked ::= "blocked" ("out" | "forward") ("reject" | "drop")
  readonly blocked = this.RULE("blocked", () => {
    this.CONSUME(kw.blocked);
    this.choice(0, "direction", [kw.out, kw.forward]);
    this.choice(1, "how", [kw.reject, kw.drop]);
  });

  // log ::= "log" "blocked" "at" "most" INTEGER "per" DURATION
  readonly log = this.RULE("log", () => {
    this.CONSUME(kw.log);
    this.CONSUME(kw.blocked);
    this.CONSUME(kw.at);
    this.CONSUME(kw.most);
    this.CONSUME(t.INTEGER);
    this.CONSUME(kw.per);
    this.CONSUME(t.DURATION);
  });

  // alert ::= "alert" ("desktop" | "log") ("," ("desktop" | "log"))*
  readonly alert = this.RULE("alert", () => {
    this.CONSUME(kw.alert);
    this.choice(0, "channel", [kw.desktop, kw.log]);
    this.MANY(() => {
      this.CONSUME(t.COMMA);
      this.choice(1, "channel", [kw.desktop, kw.log]);
    });
  });

  // ---- the runtime -------------------------------------------------------------------------------------------------------------------

  // watch ::= "watch" NAME "{" NL (probe NL)+ "}"
  readonly watch = this.RULE("watch", () => {
    this.CONSUME(kw.watch);
    this.CONSUME(t.NAME);
    this.CONSUME(t.OPEN);
    this.CONSUME(t.NL);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.probe);
      this.CONSUME2(t.NL);
    });
    this.CONSUME(t.CLOSE);
  });

  // probe ::= "interface"
  //         | "handshake" "within" DURATION
  //         | "management" TEXT
  //         | "route" nets
  //         | "heartbeat" nets "every" DURATION "lost" "after" INTEGER
  readonly probe = this.RULE("probe", () => {
    this.OR([
      { ALT: () => this.CONSUME(kw.interface) },
      {
        ALT: () => {
          this.CONSUME(kw.handshake);
          this.CONSUME(kw.within);
          this.CONSUME(t.DURATION);
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.management);
          this.CONSUME(t.TEXT);
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.route);
          this.SUBRULE(this.nets);
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.heartbeat);
          this.SUBRULE2(this.nets);
          this.CONSUME(kw.every);
          this.CONSUME2(t.DURATION);
          this.CONSUME(kw.lost);
          this.CONSUME(kw.after);
          this.CONSUME(t.INTEGER);
        },
      },
    ]);
  });

  // reconnect ::= "reconnect" NAME "{" NL (reconnect_item NL)+ "}"
  readonly reconnect = this.RULE("reconnect", () => {
    this.CONSUME(kw.reconnect);
    this.CONSUME(t.NAME);
    this.CONSUME(t.OPEN);
    this.CONSUME(t.NL);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.reconnectItem);
      this.CONSUME2(t.NL);
    });
    this.CONSUME(t.CLOSE);
  });

  // reconnect_item ::= OS? "run" TEXT+ | "backoff" DURATION "to" DURATION
  readonly reconnectItem = this.RULE("reconnectItem", () => {
    this.OR([
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(t.OS));
          this.CONSUME(kw.run);
          this.AT_LEAST_ONE(() => this.CONSUME(t.TEXT));
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.backoff);
          this.CONSUME(t.DURATION, { LABEL: "first" });
          this.CONSUME(kw.to);
          this.CONSUME2(t.DURATION, { LABEL: "last" });
        },
      },
    ]);
  });

  // portal ::= "portal" "for" DURATION who? ("to" nets)? service ("and" "dns")? caveat
  readonly portal = this.RULE("portal", () => {
    this.CONSUME(kw.portal);
    this.CONSUME(kw.for);
    this.CONSUME(t.DURATION);
    this.OPTION(() => this.SUBRULE(this.who));
    this.OPTION2(() => {
      this.CONSUME(kw.to);
      this.SUBRULE(this.nets);
    });
    this.SUBRULE(this.service);
    this.OPTION3(() => {
      this.CONSUME(kw.and);
      this.CONSUME(kw.dns);
    });
    this.SUBRULE(this.caveat);
  });

  // control ::= "control" "{" NL (control_item NL)+ "}"
  readonly control = this.RULE("control", () => {
    this.CONSUME(kw.control);
    this.CONSUME(t.OPEN);
    this.CONSUME(t.NL);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.controlItem);
      this.CONSUME2(t.NL);
    });
    this.CONSUME(t.CLOSE);
  });

  // control_item ::= "group" TEXT | "disable" ("never" | "allowed" | "for" DURATION) | "confirm" "within" DURATION
  readonly controlItem = this.RULE("controlItem", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(kw.group);
          this.CONSUME(t.TEXT);
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.disable);
          this.OR2([
            { ALT: () => this.CONSUME(kw.never, { LABEL: "may" }) },
            { ALT: () => this.CONSUME(kw.allowed, { LABEL: "may" }) },
            {
              ALT: () => {
                this.CONSUME(kw.for);
                this.CONSUME(t.DURATION, { LABEL: "limit" });
              },
            },
          ]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(kw.confirm);
          this.CONSUME(kw.within);
          this.CONSUME2(t.DURATION, { LABEL: "within" });
        },
      },
    ]);
  });

  // ---- claims --------------------------------------------------------------------------------------------------------------------------

  // expect ::= "expect" ("allow" | "drop") packet "reply"? while?
  readonly expect = this.RULE("expect", () => {
    this.CONSUME(kw.expect);
    this.choice(0, "verdict", [kw.allow, kw.drop]);
    this.SUBRULE(this.packet);
    this.OPTION(() => this.CONSUME(kw.reply));
    this.OPTION2(() => this.SUBRULE(this.while));
  });

  // while ::= "while" state ("or" state)*
  readonly while = this.RULE("while", () => {
    this.CONSUME(kw.while);
    this.SUBRULE(this.state);
    this.MANY(() => {
      this.CONSUME(kw.or);
      this.SUBRULE2(this.state);
    });
  });

  // state ::= (NAME ":")? LEVEL
  readonly state = this.RULE("state", () => {
    this.OPTION(() => {
      this.CONSUME(t.NAME);
      this.CONSUME(t.COLON);
    });
    this.CONSUME(t.LEVEL);
  });
}
