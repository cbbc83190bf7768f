import { mutants } from "../mutants/inside-stays-inside.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
