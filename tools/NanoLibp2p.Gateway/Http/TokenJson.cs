using System;
using NanoLibp2p.Gateway.Admission;

namespace NanoLibp2p.Gateway.Http;

/// <summary>A token, as it is told.</summary>
internal sealed record TokenJson(
    string Peer, string Class, string Issuer, DateTimeOffset Issued, DateTimeOffset? Expires, string Verdict, string Token)
{
    /// <summary>The longest life of a token: a hundred years.</summary>
    internal const long MaxSeconds = 100L * 365 * 24 * 3600;

    internal static TokenJson Of(AdmissionToken token, AdmissionList list) => new(
        token.Peer.ToString(), token.Class.ToString().ToLowerInvariant(), token.Issuer.ToString(), token.Issued, token.Expires,
        list.Judge(token).ToString(), token.ToString());
}
