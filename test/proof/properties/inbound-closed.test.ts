import { mutants } from "../mutants/inbound-closed.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
