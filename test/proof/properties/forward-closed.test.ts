import { mutants } from "../mutants/forward-closed.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
