namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>Another gateway, as the page shows it.</summary>
/// <param name="Id">Its peer id, which has signed the report.</param>
/// <param name="IsAdmitted">Whether it has a token here.</param>
/// <param name="Heard">When the report came, in Unix milliseconds.</param>
/// <param name="Report">What it says.</param>
internal sealed record OtherGatewayJson(string Id, bool IsAdmitted, long Heard, TelemetryReport Report);
