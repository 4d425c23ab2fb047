namespace NanoLibp2p.Gateway.Configuration;

/// <summary>What a setting's value is.</summary>
internal enum SettingKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number within a range.</summary>
    Number,

    /// <summary>true or false.</summary>
    Switch,

    /// <summary>Several texts: an array in the file; separated by commas, or numbered from __0, in the environment.</summary>
    List,

    /// <summary>Texts by name: an object in the file.</summary>
    Map,
}
