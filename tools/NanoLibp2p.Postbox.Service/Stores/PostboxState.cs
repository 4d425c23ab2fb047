namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What became of an item: the numbers of <c>State</c> in SPEC.md 8.1.</summary>
public enum PostboxState : byte
{
    /// <summary>No such item is known; never the state of a head.</summary>
    Unknown = 0,

    /// <summary>It waits, with its body.</summary>
    Waiting = 1,

    /// <summary>The recipient acknowledged it as stored.</summary>
    Delivered = 2,

    /// <summary>The recipient did not want it.</summary>
    Refused = 3,

    /// <summary>The recipient could not open it.</summary>
    Unreadable = 4,

    /// <summary>The recipient said that it came too late.</summary>
    Late = 5,

    /// <summary>A later item of its slot took its place, or its sender cancelled it.</summary>
    Replaced = 6,

    /// <summary>Its time ended before the recipient came.</summary>
    Expired = 7,
}
