import { mutants } from "../mutants/closed-without-daemon.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
