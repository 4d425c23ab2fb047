namespace NanoLibp2p.Gateway.Configuration;

/// <summary>What a setting is, and who says so.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Value">Its value.</param>
/// <param name="Source">Who says so: default, the file's name, the variable's, or the flag's.</param>
internal sealed record SettingValue(Setting Setting, object Value, string Source);
