import { parentPort, workerData } from "node:worker_threads";
import { compareMeaning } from "./meaning.ts";

parentPort?.postMessage(compareMeaning(workerData));
