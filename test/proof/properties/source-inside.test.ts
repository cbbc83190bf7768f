import { mutants } from "../mutants/source-inside.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
