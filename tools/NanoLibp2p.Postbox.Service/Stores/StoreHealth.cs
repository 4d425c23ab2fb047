namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What a store can do just now.</summary>
public enum StoreHealth
{
    /// <summary>Everything.</summary>
    Ready,

    /// <summary>Appends are <see cref="AppendOutcome.Full"/>; the rest goes on.</summary>
    Full,

    /// <summary>Only reading: its files are damaged, or its device failed. Needs the operator.</summary>
    ReadOnly,

    /// <summary>Nothing for now: its server doesn't answer. It goes on by itself when that is back.</summary>
    Unavailable,
}
