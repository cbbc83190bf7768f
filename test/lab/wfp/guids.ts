import type { WfpLayer } from "../../../src/ir/wfp-document.ts";

/** From `fwpmu.h` by way of tailscale/wf and wireguard-windows, which agree. */
export const layers: Readonly<Record<WfpLayer, string>> = {
  "connect-v4": "c38d57d1-05a7-4c33-904f-7fbceee60e82",
  "connect-v6": "4a72393b-319f-44bc-84c3-ba54dcb3b6b4",
  "accept-v4": "e1cd9fe7-f4b5-4273-96c0-592e487b8650",
  "accept-v6": "a3b42c97-9f04-4672-b87e-cee9c483257f",
  "forward-v4": "a82acc24-4ee1-4ee1-b465-fd1d25cb10a4",
  "forward-v6": "7b964818-19c7-493a-b71f-832c3684d28c",
  "error-out-v4": "41390100-564c-4b32-bc1d-718048354d7c",
  "error-out-v6": "7fb03b60-7b8d-4dfa-badd-980176fc4e12",
  "error-in-v4": "61499990-3cb6-4e84-b950-53b94b6964f3",
  "error-in-v6": "65f9bdff-3b2d-4e5d-b8c6-c720651fe898",
};

export const fields: Readonly<Record<string, string>> = {
  loopback: "632ce23b-5167-435c-86d7-e903684aa80c",
  interface: "4cd62a49-59c3-4969-b7f3-bda5d32890a4",
  localAddressType: "6ec7f6c4-376b-45d7-9e9c-d337cedcd237",
  localAddress: "d9ee00de-c1ef-4617-bfe3-ffd8f5a08957",
  remoteAddress: "b235ae9a-1d64-49b8-a44c-5ff3d9095045",
  protocol: "3971ef2b-623e-4f9a-8cb1-6e79b806b9a7",
  icmpType: "0c1ba1af-5765-453f-af22-a8f791ac775b",
  localPort: "0c1ba1af-5765-453f-af22-a8f791ac775b",
  remotePort: "c35a604d-d22b-4e1a-91b4-68f674ee674b",
  program: "d78e1e87-8644-4ea5-9437-d809ecefc971",
  service: "af043a0a-b34d-4f86-979c-c90371af6e66",
};
