using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Admission;

/// <summary>
/// Who is admitted: the tokens in the data folder, and those that peers have shown since the start. From any thread.
/// </summary>
/// <remarks>The file has a line for each token, and <c>revoked PEER-ID SECONDS</c>: what was issued for that peer up to then, in Unix time,
/// counts no more, whoever shows it. # begins a comment.</remarks>
internal sealed class AdmissionList
{
    /// <summary>Tokens that are kept, and again as many that were shown.</summary>
    internal const int MaxTokens = 50_000;

    /// <summary>By so much may the issuer's clock be ahead.</summary>
    internal static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private const string Revoked = "revoked";

    private readonly DataFolder _folder;
    private readonly TimeProvider _time;
    private readonly Lock _turn = new();
    private ImmutableHashSet<PeerId> _issuers;
    private ImmutableDictionary<PeerId, AdmissionToken> _kept = ImmutableDictionary<PeerId, AdmissionToken>.Empty;
    private ImmutableDictionary<PeerId, AdmissionToken> _shown = ImmutableDictionary<PeerId, AdmissionToken>.Empty;
    private ImmutableDictionary<PeerId, DateTimeOffset> _revoked = ImmutableDictionary<PeerId, DateTimeOffset>.Empty;

    /// <exception cref="GatewayException">The file can't be read, or a line of it is wrong.</exception>
    internal AdmissionList(DataFolder folder, TimeProvider time, IEnumerable<PeerId> issuers)
    {
        _folder = folder;
        _time = time;
        _issuers = [.. issuers];
        Reload();
    }

    /// <summary>Whose word counts.</summary>
    internal IEnumerable<PeerId> Issuers
    {
        set => Volatile.Write(ref _issuers, [.. value]);
    }

    /// <summary>The tokens in the data folder.</summary>
    internal IReadOnlyCollection<AdmissionToken> Kept => [.. Volatile.Read(ref _kept).Values];

    /// <summary>Peers that are admitted, if their tokens are not over.</summary>
    internal int Count => _kept.Count + _shown.Count(one => !_kept.ContainsKey(one.Key));

    /// <summary>What a peer is admitted as now; null when it is not.</summary>
    internal AdmissionClass? ClassOf(PeerId peer)
    {
        if (Volatile.Read(ref _kept).TryGetValue(peer, out AdmissionToken? kept) && Judge(kept) == AdmissionVerdict.Admitted)
        {
            return kept.Class;
        }

        return Volatile.Read(ref _shown).TryGetValue(peer, out AdmissionToken? shown) && Judge(shown) == AdmissionVerdict.Admitted
            ? shown.Class : null;
    }

    /// <summary>What a token is worth now.</summary>
    internal AdmissionVerdict Judge(AdmissionToken token)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return !Volatile.Read(ref _issuers).Contains(token.Issuer) ? AdmissionVerdict.UnknownIssuer
            : Volatile.Read(ref _revoked).TryGetValue(token.Peer, out DateTimeOffset until) && token.Issued <= until
                ? AdmissionVerdict.Revoked
            : token.Expires <= now ? AdmissionVerdict.Expired
            : token.Issued > now + ClockTolerance ? AdmissionVerdict.NotYetValid : AdmissionVerdict.Admitted;
    }

    /// <summary>Takes a token that a peer shows, for as long as this process runs.</summary>
    internal AdmissionVerdict Show(PeerId by, ReadOnlySpan<byte> bytes)
    {
        AdmissionToken? token = AdmissionToken.Open(bytes, out string _);
        if (token == null)
        {
            return AdmissionVerdict.Malformed;
        }

        if (!token.Peer.Equals(by))
        {
            return AdmissionVerdict.OtherPeer;
        }

        AdmissionVerdict verdict = Judge(token);
        if (verdict != AdmissionVerdict.Admitted)
        {
            return verdict;
        }

        lock (_turn)
        {
            if (_shown.Count >= MaxTokens && !_shown.ContainsKey(by))
            {
                _shown = _shown.RemoveRange(_shown.Where(one => Judge(one.Value) != AdmissionVerdict.Admitted).Select(one => one.Key));
                if (_shown.Count >= MaxTokens)
                {
                    return AdmissionVerdict.Full;
                }
            }

            Volatile.Write(ref _shown, _shown.SetItem(by, token));
            return AdmissionVerdict.Admitted;
        }
    }

    /// <summary>Keeps a token in the data folder, in place of an earlier one of its peer.</summary>
    /// <exception cref="GatewayException">It is worth nothing, there is no room, or the file can't be written.</exception>
    internal void Keep(AdmissionToken token)
    {
        lock (_turn)
        {
            AdmissionVerdict verdict = Judge(token);
            if (verdict != AdmissionVerdict.Admitted)
            {
                throw new GatewayException($"the token for {token.Peer} is not taken: {Describe(verdict, token)}");
            }

            if (_kept.Count >= MaxTokens && !_kept.ContainsKey(token.Peer))
            {
                throw new GatewayException($"{MaxTokens} tokens are kept already; take out some with: nanolibp2p gateway token revoke");
            }

            Change(_kept.SetItem(token.Peer, token), _revoked);
        }
    }

    /// <summary>Admits a peer no longer: what was issued for it until now counts no more.</summary>
    /// <returns>Whether it was admitted before.</returns>
    /// <exception cref="GatewayException">The file can't be written.</exception>
    internal bool Revoke(PeerId peer)
    {
        lock (_turn)
        {
            bool wasAdmitted = ClassOf(peer) != null;

            // a token is issued by the second
            DateTimeOffset until = DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());
            Change(_kept.Remove(peer), _revoked.SetItem(peer, until));
            Volatile.Write(ref _shown, _shown.Remove(peer));
            return wasAdmitted;
        }
    }

    /// <summary>Reads the file again.</summary>
    /// <exception cref="GatewayException">It can't be read, or a line of it is wrong: then all stays as it was.</exception>
    internal void Reload()
    {
        lock (_turn)
        {
            ImmutableDictionary<PeerId, AdmissionToken>.Builder kept = ImmutableDictionary.CreateBuilder<PeerId, AdmissionToken>();
            ImmutableDictionary<PeerId, DateTimeOffset>.Builder revoked = ImmutableDictionary.CreateBuilder<PeerId, DateTimeOffset>();
            string[] lines = Encoding.UTF8.GetString(_folder.TryRead(DataFolder.TokensFile) ?? []).Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                string line = lines[i].Split('#')[0].Trim();
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words is [Revoked, _, _] && PeerId.TryParse(words[1], out string _) is { } peer
                    && long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
                    && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
                {
                    revoked[peer] = DateTimeOffset.FromUnixTimeSeconds(seconds);
                }
                else if (line.Length > 0)
                {
                    AdmissionToken token = AdmissionToken.Parse(line, out string error) ?? throw new GatewayException(
                        $"{_folder.PathOf(DataFolder.TokensFile)}: line {i + 1} is no token: {error}", isConfiguration: true);
                    kept[token.Peer] = token;
                }
            }

            Volatile.Write(ref _kept, kept.ToImmutable());
            Volatile.Write(ref _revoked, revoked.ToImmutable());
        }
    }

    /// <summary>Why a token is not taken, as the end of a sentence.</summary>
    internal static string Describe(AdmissionVerdict verdict, AdmissionToken? token) => verdict switch
    {
        AdmissionVerdict.UnknownIssuer => $"its issuer {token?.Issuer} is none of this gateway's; add it to admission.issuers",
        AdmissionVerdict.Expired => $"it has expired at {token?.Expires:u}",
        AdmissionVerdict.NotYetValid => $"it was issued at {token?.Issued:u}, which is in the future: one of the two clocks is wrong",
        AdmissionVerdict.Revoked => "it was revoked; issue a new one",
        AdmissionVerdict.OtherPeer => "it admits somebody else than the peer that shows it",
        AdmissionVerdict.Full => "as many are kept as there is room for",
        AdmissionVerdict.Malformed => "it is no token, or its signature is wrong",
        _ => "it is good",
    };

    private void Change(
        ImmutableDictionary<PeerId, AdmissionToken> kept, ImmutableDictionary<PeerId, DateTimeOffset> revoked)
    {
        StringBuilder text = new();
        foreach (AdmissionToken one in kept.Values.OrderBy(one => one.Peer.ToString(), StringComparer.Ordinal))
        {
            text.Append(one).Append(" # ").Append(one.Peer).Append('\n');
        }

        foreach ((PeerId peer, DateTimeOffset until) in revoked.OrderBy(one => one.Key.ToString(), StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Revoked} {peer} {until.ToUnixTimeSeconds()}\n");
        }

        _folder.Write(DataFolder.TokensFile, Encoding.UTF8.GetBytes(text.ToString()));
        Volatile.Write(ref _kept, kept);
        Volatile.Write(ref _revoked, revoked);
    }
}
