import { styleText } from "node:util";

const styles = {
  error: ["bold", "red"],
  warning: ["bold", "yellow"],
  strong: ["bold"],
  gutter: ["blue"],
  secondary: ["blue"],
  help: ["cyan"],
  added: ["green"],
  removed: ["red"],
} as const;

export type Style = keyof typeof styles;
export type Paint = (style: Style, text: string) => string;

/** Colours by the caller's choice alone: neither the terminal nor the environment is asked here. */
export const paint = (colour: boolean): Paint =>
  colour ? (style, text) => styleText([...styles[style]], text, { validateStream: false }) : (_, text) => text;
