import { expect, test } from "vitest";
import { markBits } from "../../../src/proof/audit/nft-marks.ts";
import { Json } from "../../../src/proof/readers/nft/json.ts";

const own = { meta: { key: "mark" } };
const other = { ct: { key: "mark" } };
const map = {
  key: { payload: { protocol: "ip", field: "saddr" } },
  data: {
    set: [
      ["10.0.0.1", 1],
      ["10.0.0.2", 4],
    ],
  },
};

test.each<readonly [unknown, object | undefined]>([
  [5, { keep: 0, flip: 5, any: 0 }],
  [own, { keep: 0xffffffff, flip: 0, any: 0 }],
  [{ "&": [own, 0xff] }, { keep: 0xff, flip: 0, any: 0 }],
  [{ "|": [own, 0xff] }, { keep: 0xffffff00, flip: 0xff, any: 0 }],
  [{ "^": [own, 0xff] }, { keep: 0xffffffff, flip: 0xff, any: 0 }],
  [{ "|": [{ "&": [own, 0xf0] }, 0xf] }, { keep: 0xf0, flip: 0xf, any: 0 }],
  [other, { keep: 0, flip: 0, any: 0xffffffff }],
  [{ "&": [other, 0xff] }, { keep: 0, flip: 0, any: 0xff }],
  [{ "|": [{ "&": [own, 0xff00ffff] }, { "&": [other, 0xff0000] }] }, { keep: 0xff00ffff, flip: 0, any: 0xff0000 }],
  [{ "|": [{ "&": [own, 0xff] }, { "&": [other, 0xf0] }] }, { keep: 0xf, flip: 0, any: 0xf0 }],
  [{ "&": [own, other] }, { keep: 0, flip: 0, any: 0xffffffff }],
  [{ numgen: { mode: "inc", mod: 3, offset: 4 } }, { keep: 0, flip: 0, any: 7 }],
  [{ jhash: { mod: 1, expr: own } }, { keep: 0, flip: 0, any: 0 }],
  [{ map }, { keep: 0, flip: 0, any: 5 }],
  [{ map: { ...map, data: "@marks" } }, undefined],
  [{ "<<": [own, 8] }, undefined],
])("%j", (set, bits) => {
  expect(markBits(new Json(set, 0), "meta")).toEqual(bits);
});
