import { mutants } from "../mutants/dns-inside.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
