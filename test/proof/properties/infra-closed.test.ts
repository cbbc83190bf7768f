import { mutants } from "../mutants/infra-closed.ts";
import { foundOut } from "./broken.ts";

foundOut(mutants);
