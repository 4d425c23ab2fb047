using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Storage;

/// <summary>A sealed message as it is kept until its fate is known.</summary>
internal sealed record OutboxItem
{
    internal required byte[] Id { get; init; }

    internal required PeerId To { get; init; }

    /// <summary>The sealed bytes; empty once nothing will need them.</summary>
    internal required byte[] Item { get; init; }

    internal required byte[] ProofKey { get; init; }

    internal required byte[]? Slot { get; init; }

    /// <summary>The gateway that took it; null when none has.</summary>
    internal PeerId? Gateway { get; init; }

    /// <summary>Its address, as text; empty where only the peer is known.</summary>
    internal string Address { get; init; } = "";

    /// <summary>Unix seconds.</summary>
    internal long Until { get; init; }

    internal MailFate Fate { get; init; }

    internal bool IsProven { get; init; }
}
