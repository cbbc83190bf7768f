import { mutants } from "../mutants/endpoint-narrow.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
