/**
 * Callouts that decide nothing of ordinary packets, as a listing names them: those that Windows brings by the names of fwpmu.h
 * (Microsoft, "Built-in Callout Identifiers"), and of its virus scanner those whose keys were published (Matt Hand, "Evading
 * EDR", listing 7-17: `windefend_stream_v4`, `windefend_datagram_v6`). What has another name or key may be anybody's, wherever
 * it stands. Left out are those of fwpmu.h that send elsewhere: policies of connections, and the reserved ones of proxies.
 */
export const isOfWindows = (callout: string): boolean => known.has(callout);

const ofBoth = `ipsec_inbound_transport ipsec_outbound_transport ipsec_inbound_tunnel ipsec_outbound_tunnel
  ipsec_forward_inbound_tunnel ipsec_forward_outbound_tunnel ipsec_inbound_initiate_secure ipsec_inbound_tunnel_ale_accept
  ipsec_ale_connect ipsec_dosp_forward tcp_chimney_connect_layer tcp_chimney_accept_layer set_options_auth_connect_layer
  set_options_auth_recv_accept_layer reserved_auth_connect_layer edge_traversal_ale_resource_assignment
  edge_traversal_ale_listen tcp_templates_connect_layer tcp_templates_accept_layer policy_silent_mode_auth_connect_layer
  policy_silent_mode_auth_recv_accept_layer`
  .split(/\s+/)
  .flatMap((name) => [`${name}_v4`, `${name}_v6`]);

const known: ReadonlySet<string> = new Set([
  ...[
    ...ofBoth,
    "wfp_transport_layer_v4_silent_drop",
    "wfp_transport_layer_v6_silent_drop",
    "teredo_ale_resource_assignment_v6",
    "teredo_ale_listen_v6",
    "http_template_ssl_handshake",
  ].map((name) => `fwpm_callout_${name}`),
  "d67b238d-d80c-4ba7-96df-4a0c83464fa7",
  "80cece9d-0b53-4672-ac43-4524416c0353",
]);
