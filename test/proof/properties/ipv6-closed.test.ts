import { mutants } from "../mutants/ipv6-closed.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
