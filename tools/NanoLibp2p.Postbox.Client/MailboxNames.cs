using System;
using System.Security.Cryptography;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>What the gateways of a peer's mailbox are found by (SPEC.md 12).</summary>
public static class MailboxNames
{
    /// <summary>What a DHT knows them as the providers of: the CIDv1 (raw, sha2-256) of <c>/nanolibp2p/postbox/</c> and the bytes of the
    /// peer's id.</summary>
    public static Cid Cid(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return Multiformats.Cid.FromSha256(Multiformats.Cid.Raw, SHA256.HashData([.. "/nanolibp2p/postbox/"u8, .. peer.ToBytes()]));
    }

    /// <summary>The namespace under which they register at rendezvous points: that CID in base32, 59 characters, <c>bafkrei…</c>.</summary>
    public static string Namespace(PeerId peer) => Cid(peer).ToString();
}
