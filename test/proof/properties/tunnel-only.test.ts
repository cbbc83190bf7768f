import { mutants } from "../mutants/tunnel-only.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
