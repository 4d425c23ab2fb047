namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What an entry survives that a store has returned.</summary>
public enum StoreDurability
{
    /// <summary>Nothing: memory.</summary>
    None,

    /// <summary>The death of the process.</summary>
    Process,

    /// <summary>A power cut of the machine.</summary>
    PowerCut,

    /// <summary>The loss of a machine: others have it too.</summary>
    Machine,
}
