import { mutants } from "../mutants/lan-narrow.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
