import { grammarTokens } from "../../src/parser/tokens.ts";
import { production } from "./ebnf.ts";
import { membersOf, rules, type Syntax, terminal } from "./syntax.ts";

/** A drawing whose line runs from the left edge to the right one, `up` below its top and `down` above its bottom. */
interface Track {
  readonly width: number;
  readonly up: number;
  readonly down: number;
  /** The line's start. */
  readonly draw: (x: number, y: number) => string;
}

const LETTER = 8;
const HALF = 13;
const GAP = 10;
const BEND = 12;

/** grammar/railroad.html: every rule as a line to follow from left to right. One file, no script, nothing from a network. */
export function railroad(): string {
  const kinds = grammarTokens.filter((type) => membersOf(type).length > 0);
  const all = new Map<string, Syntax>([
    ...rules,
    ...kinds.map((type) => [type.name, { kind: "choice", parts: membersOf(type).map(terminal) }] as const),
  ]);
  const links = [...all.keys()].map((name) => `<a href="#${name}">${name}</a>`).join(" ");
  const sections = [...all].map(([name, syntax]) => section(name, syntax));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The grammar of ksp 1</title>
<!-- Generated from src/parser by \`npm run generate\`. Not to be edited. -->
<style>
:root { color-scheme: light dark; --line: light-dark(#555, #aaa); --word: light-dark(#e3f2e3, #1f3d23); --rule: light-dark(#e4ecfa, #1f2f4d); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }
h2 { font: bold 1.1rem ui-monospace, monospace; margin: 2rem 0 .3rem; }
nav { font-family: ui-monospace, monospace; line-height: 1.9; }
figure { margin: 0; overflow-x: auto; }
figcaption { font: .8rem ui-monospace, monospace; white-space: pre; opacity: .75; }
svg text { font: ${LETTER / 0.6}px ui-monospace, monospace; text-anchor: middle; fill: currentColor; }
svg path { fill: none; stroke: var(--line); stroke-width: 1.5; }
svg rect { stroke: var(--line); fill: var(--rule); }
svg rect.word { fill: var(--word); }
</style>
</head>
<body>
<h1>The grammar of ksp 1</h1>
<p>Follow the line from left to right. Round boxes are written as they stand, square ones lead to another rule or name a kind
of token. <code>NL</code> is the end of a line; behind <code>,</code> and <code>-&gt;</code> a statement goes on.</p>
<nav>${links}</nav>
${sections.join("\n")}
</body>
</html>
`;
}

function section(name: string, syntax: Syntax): string {
  const track = trackOf(syntax);
  const [width, height] = [track.width + 40, track.up + track.down + 8];
  const y = track.up + 4;
  const rails = `M4 ${y - 6}v12M4 ${y}h16M${width - 20} ${y}h16M${width - 4} ${y - 6}v12`;
  const words = escaped(production(name, syntax).replace(/^(\w+) +::=/, "$1 ::="));
  return `<h2 id="${name}">${name}</h2>
<figure>
<svg width="${width}" height="${height}" role="img" aria-label="${name}"><path d="${rails}"/>${track.draw(20, y)}</svg>
<figcaption>${words}</figcaption>
</figure>`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const path = (d: string): string => `<path d="${d}"/>`;

function trackOf(syntax: Syntax): Track {
  switch (syntax.kind) {
    case "word":
      return box(syntax.text, true);
    case "token":
      return box(syntax.type.name, false, membersOf(syntax.type).length > 0);
    case "rule":
      return box(syntax.name, false, true);
    case "sequence":
      return row(syntax.parts.map(trackOf));
    case "choice":
      return branches(syntax.parts.map(trackOf));
    case "optional":
      return branches([blank, trackOf(syntax.part)]);
    case "many":
      return branches([blank, loop(trackOf(syntax.part))]);
    case "some":
      return loop(trackOf(syntax.part));
  }
}

const blank: Track = { width: 0, up: 4, down: 4, draw: () => "" };

function box(text: string, isWord: boolean, leads = false): Track {
  const width = text.length * LETTER + 20;
  return {
    width,
    up: HALF,
    down: HALF,
    draw: (x, y) => {
      const shape = isWord ? ' class="word" rx="13"' : "";
      const drawn = `<rect${shape} x="${x}" y="${y - HALF}" width="${width}" height="${2 * HALF}"/><text x="${x + width / 2}" y="${y + 5}">${escaped(text)}</text>`;
      return leads ? `<a href="#${text}">${drawn}</a>` : drawn;
    },
  };
}

function row(tracks: readonly Track[]): Track {
  return {
    width: tracks.reduce((sum, { width }) => sum + width, GAP * (tracks.length - 1)),
    up: Math.max(...tracks.map(({ up }) => up)),
    down: Math.max(...tracks.map(({ down }) => down)),
    draw: (x, y) => {
      let at = x;
      return tracks
        .map((track, i) => {
          const rail = i === 0 ? "" : path(`M${at} ${y}h${GAP}`);
          at += i === 0 ? 0 : GAP;
          const drawn = track.draw(at, y);
          at += track.width;
          return rail + drawn;
        })
        .join("");
    },
  };
}

/** The first goes straight on, the others hang below it. */
function branches(tracks: readonly Track[]): Track {
  const [first = blank, ...others] = tracks;
  const inner = Math.max(...tracks.map(({ width }) => width));
  const width = inner + 4 * BEND;
  let below = first.down;
  const places = others.map((track) => {
    const place = below + GAP + track.up;
    below = place + track.down;
    return { track, place };
  });
  const straight = (track: Track, x: number, y: number): string =>
    track.draw(x, y) + path(`M${x + track.width} ${y}h${inner - track.width}`);
  return {
    width,
    up: first.up,
    down: below,
    draw: (x, y) => {
      const start = x + 2 * BEND;
      const main = path(`M${x} ${y}h${2 * BEND}M${start + inner} ${y}h${2 * BEND}`) + straight(first, start, y);
      const hanging = places.map(({ track, place }) => {
        const drop = place - 2 * BEND;
        const away = `M${x} ${y}q${BEND} 0 ${BEND} ${BEND}v${drop}q0 ${BEND} ${BEND} ${BEND}`;
        const back = `M${start + inner} ${y + place}q${BEND} 0 ${BEND} -${BEND}v${-drop}q0 -${BEND} ${BEND} -${BEND}`;
        return path(away + back) + straight(track, start, y + place);
      });
      return main + hanging.join("");
    },
  };
}

/** Once, and again by the way back below. */
function loop(track: Track): Track {
  const width = track.width + 2 * BEND;
  const back = track.down + BEND;
  return {
    width,
    up: track.up,
    down: back + 4,
    draw: (x, y) => {
      const [left, right] = [x + BEND, x + BEND + track.width];
      const rails = `M${x} ${y}h${BEND}M${right} ${y}h${BEND}`;
      const turn = `M${right} ${y}q${BEND} 0 ${BEND} ${back / 2}t-${BEND} ${back / 2}H${left}q-${BEND} 0 -${BEND} -${back / 2}t${BEND} -${back / 2}`;
      const arrow = `M${(left + right) / 2 + 4} ${y + back - 4}l-6 4l6 4`;
      return path(rails + turn + arrow) + track.draw(left, y);
    },
  };
}
