using System.Collections.Generic;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Mailboxes;

/// <summary>An item's place in the index: its head as it is now.</summary>
internal sealed class Entry(PostboxHead head)
{
    internal PostboxHead Head { get; set; } = head;

    /// <summary>Another item whose id begins with the same 8 bytes; null for none.</summary>
    internal Entry? SameName { get; set; }

    /// <summary>What came before it in its <see cref="ArrivalList"/>; null for none.</summary>
    internal Entry? Before { get; set; }

    /// <summary>What came after it there; null for none.</summary>
    internal Entry? After { get; set; }

    /// <summary>Its place among the fates of its lane; null while it waits.</summary>
    internal LinkedListNode<Entry>? Fate { get; set; }

    /// <summary>When it is next looked at, Unix seconds: an entry of the order of ends that says otherwise is out of date.</summary>
    internal long Due { get; set; }
}
