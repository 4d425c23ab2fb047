using System;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>Where a <see cref="NatsPostboxStore"/> keeps its mail.</summary>
public sealed class NatsPostboxOptions
{
    /// <summary>The name of the stream where the address says none.</summary>
    public const string StandardStream = "postbox";

    /// <summary>The servers, <c>nats://HOST:PORT</c> or <c>tls://HOST:PORT</c>, more of them after commas; a path names the stream:
    /// <c>nats://HOST:4222/orchard</c>. A cluster's other servers are learnt from the first that answers.</summary>
    public required string Url { get; init; }

    /// <summary>On how many servers each message is, 1, 3 or 5, before it counts as kept. One server acknowledges before it has synced its
    /// disk, so with 1 a power cut loses what came in the last minutes.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>A file with the credentials of a user, as <c>nsc</c> writes it, or with <c>USER:PASSWORD</c> in one line; empty for
    /// none.</summary>
    public string CredentialsFile { get; init; } = "";

    /// <summary>Whether the stream is made where there is none.</summary>
    public bool MayMake { get; init; } = true;

    /// <summary>The most bytes of a stream that is made; 0 for as many as the servers take. Of one that is there its own counts.</summary>
    public long MaxBytes { get; init; }

    /// <summary>After how long without an answer it is unknown whether something was done.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A file in which what the stream came to is kept now and then, so that the next start reads what came since only; empty for
    /// none. It is this gateway's alone, about 100 bytes a head.</summary>
    public string HeadsFile { get; init; } = "";

    /// <summary>After how many messages of the stream it is written anew; after a quarter of the heads where those are more.</summary>
    internal int KeepAfter { get; init; } = 20_000;
}
