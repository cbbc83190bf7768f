/** What `netsh wfp show state` or `show filters` tells of a machine, in the words of WFP. */
export interface Listing {
  readonly filters: readonly ListedFilter[];
  /** Weights of sublayers by their keys, as far as they are told: `show filters` names none. */
  readonly sublayers: ReadonlyMap<string, number>;
  /** Services of providers that have one, by the keys of providers: without its service Windows leaves their filters out at a boot. */
  readonly services: ReadonlyMap<string, string>;
}

export interface ListedFilter {
  readonly file: string;
  readonly line: number;
  /** In lower case and without braces, or the name that `netsh` has for it. */
  readonly key: string;
  readonly name: string;
  readonly id: string;
  readonly provider: string;
  /** `FWPM_LAYER_…` without these words. */
  readonly layer: string;
  readonly sublayer: string;
  /** Absent where it is not told. */
  readonly weight?: bigint;
  /** `FWPM_FILTER_FLAG_…` without these words. */
  readonly flags: readonly string[];
  /**
   * - `inspection`: a callout that decides nothing.
   * - `callout`: one that may do anything, and `by` which it is.
   * - `unknown`: a word that no reader knows.
   */
  readonly action:
    | { readonly kind: "permit" | "block" | "inspection" }
    | { readonly kind: "callout"; readonly by: string }
    | { readonly kind: "unknown"; readonly word: string };
  readonly conditions: readonly ListedCondition[];
}

/** `FWPM_CONDITION_…` and `FWP_MATCH_…` without these words. */
export interface ListedCondition {
  readonly field: string;
  readonly match: string;
  readonly value: ListedValue;
}

/** As it is written: numbers of IPv4 are dotted. */
export type ListedValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "range"; readonly low: string; readonly high: string }
  | { readonly kind: "masked"; readonly address: string; readonly mask: string }
  /** Hexadecimal bytes. */
  | { readonly kind: "bytes"; readonly hex: string }
  | { readonly kind: "unknown"; readonly type: string };
