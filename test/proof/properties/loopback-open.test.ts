import { mutants } from "../mutants/loopback-open.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
