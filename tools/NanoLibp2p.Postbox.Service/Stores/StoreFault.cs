namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>Why a store did not do what it was asked.</summary>
public enum StoreFault
{
    /// <summary>It does not answer, or was closed meanwhile: again later (503). Whether it was done is unknown.</summary>
    Unavailable,

    /// <summary>There is no room even for this: free some on its device.</summary>
    Full,

    /// <summary>It may only be read; what was asked was not done.</summary>
    ReadOnly,

    /// <summary>The body of this one item is not what it was, or can't be read; others can.</summary>
    DamagedItem,

    /// <summary>Another process has it open, and it isn't one that is shared.</summary>
    InUse,

    /// <summary>It is none, or of a version that this program doesn't know, or set up in a way that loses mail.</summary>
    Unusable,
}
