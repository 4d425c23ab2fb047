using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using Microsoft.AspNetCore.Http;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Http;

/// <summary>
/// Log-in by peer id, the server's side of libp2p's peer id authentication (http/peer-id-auth.md r1), begun by the server: it gives a
/// challenge, which who logs in signs together with this gateway's key and the name that it asked at. Then a bearer token counts until it
/// expires or the gateway ends. From any thread.
/// </summary>
/// <remarks>
/// <code>
/// opaque, base64url:  32 bytes  HMAC-SHA256 of the rest, with a key of this process
///                      8 bytes  when the challenge ends, in milliseconds of this process's clock, big endian
///                     32 bytes  the challenge, which challenge-client has in base64url
/// </code>
/// So a challenge that nobody answers is kept nowhere. One that an admin has answered is kept until it ends, and counts once.
/// </remarks>
internal sealed class PeerIdLogin
{
    /// <summary>How long a challenge may be answered.</summary>
    internal static readonly TimeSpan ChallengeTime = TimeSpan.FromMinutes(2);

    /// <summary>How long a bearer token counts.</summary>
    internal static readonly TimeSpan SessionTime = TimeSpan.FromHours(12);

    /// <summary>Bearer tokens of one peer that count at a time; the oldest gives way.</summary>
    internal const int MaxOfPeer = 8;

    /// <summary>Challenges that were answered and have not ended; a further log-in waits.</summary>
    internal const int MaxAnswered = 1024;

    private const int HashBytes = 32;
    private const int ChallengeBytes = 32;
    private const int OpaqueBytes = HashBytes + sizeof(long) + ChallengeBytes;

    private readonly Identity _identity;
    private readonly TimeProvider _time;
    private readonly Func<byte[]> _random;
    private readonly long _start;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HashBytes);
    private readonly Lock _turn = new();
    private readonly Dictionary<string, long> _answered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PeerId Peer, long Ends)> _sessions = new(StringComparer.Ordinal);
    private HashSet<PeerId> _admins = [];

    /// <param name="identity">The gateway's.</param>
    /// <param name="time">Clock.</param>
    /// <param name="random">Makes challenges and bearer tokens, 32 bytes each; null for the system's random source.</param>
    internal PeerIdLogin(Identity identity, TimeProvider time, Func<byte[]>? random = null)
    {
        _identity = identity;
        _time = time;
        _start = time.GetTimestamp();
        _random = random ?? (() => RandomNumberGenerator.GetBytes(ChallengeBytes));
    }

    /// <summary>Whether anybody may log in so.</summary>
    internal bool IsOn => Volatile.Read(ref _admins).Count > 0;

    /// <summary>Bearer tokens that count.</summary>
    internal int Sessions
    {
        get
        {
            lock (_turn)
            {
                Forget();
                return _sessions.Count;
            }
        }
    }

    /// <summary>Says who may log in. What others of them were given counts no more.</summary>
    internal void Change(IEnumerable<PeerId> admins) => Volatile.Write(ref _admins, [.. admins]);

    /// <summary>A new challenge, as the value of WWW-Authenticate.</summary>
    internal string Challenge()
    {
        byte[] opaque = new byte[OpaqueBytes];
        BinaryPrimitives.WriteInt64BigEndian(opaque.AsSpan(HashBytes), Now + (long)ChallengeTime.TotalMilliseconds);
        _random().CopyTo(opaque, HashBytes + sizeof(long));
        HMACSHA256.HashData(_key, opaque.AsSpan(HashBytes), opaque);
        return PeerIdAuth.Write(
            (PeerIdAuth.ChallengeClient, PeerIdAuth.Encode(opaque.AsSpan(HashBytes + sizeof(long)))),
            (PeerIdAuth.PublicKeyName, PeerIdAuth.Encode(_identity.PublicKeyProtobuf)),
            (PeerIdAuth.Opaque, PeerIdAuth.Encode(opaque)));
    }

    /// <summary>Judges what a client shows.</summary>
    /// <param name="parameters">What its Authorization says behind the scheme.</param>
    /// <param name="hostnames">The names by which it has asked, all of them this gateway's own; none when it has asked by another.</param>
    internal PeerIdAnswer Judge(string parameters, IReadOnlyList<string> hostnames)
    {
        if (PeerIdAuth.Parse(parameters) is not { } given)
        {
            return Refusal(StatusCodes.Status400BadRequest,
                $"that is no header of {PeerIdAuth.Scheme} of at most {PeerIdAuth.MaxHeader} bytes");
        }

        if (given.TryGetValue(PeerIdAuth.Bearer, out string? bearer))
        {
            return Find(bearer) is { } session ? new PeerIdAnswer(session, StatusCodes.Status200OK, null, null)
                : Refusal(StatusCodes.Status401Unauthorized, "that bearer token counts no more; log in again");
        }

        if (!given.TryGetValue(PeerIdAuth.Signature, out string? signature) || !given.TryGetValue(PeerIdAuth.Opaque, out string? opaque))
        {
            // who challenges first is challenged first, as the specification allows
            return Refusal(StatusCodes.Status401Unauthorized, "sign the challenge");
        }

        return hostnames.Count == 0
            ? Refusal(StatusCodes.Status421MisdirectedRequest, "this gateway does not know that name as its own; name it in http.names")
            : LogIn(given, signature, opaque, hostnames);
    }

    /// <summary>Who shows a bearer token; null when it does not count.</summary>
    internal PeerIdSession? Find(string bearer)
    {
        lock (_turn)
        {
            if (!_sessions.TryGetValue(HashOf(bearer), out (PeerId Peer, long Ends) session) || session.Ends <= Now
                || !Volatile.Read(ref _admins).Contains(session.Peer))
            {
                return null;
            }

            return new PeerIdSession(session.Peer, null, _time.GetUtcNow() + TimeSpan.FromMilliseconds(session.Ends - Now));
        }
    }

    /// <summary>Ends a bearer token.</summary>
    /// <returns>Whether it counted.</returns>
    internal bool LogOut(string bearer)
    {
        lock (_turn)
        {
            return _sessions.Remove(HashOf(bearer));
        }
    }

    private static PeerIdAnswer Refusal(int status, string why) => new(null, status, why, null);

    // what is compared tells nothing of what is kept
    private static string HashOf(string bearer) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(bearer)));

    // the clock of the wall may jump
    private long Now => (long)_time.GetElapsedTime(_start).TotalMilliseconds;

    private PeerIdAnswer LogIn(Dictionary<string, string> given, string signature, string opaqueText, IReadOnlyList<string> hostnames)
    {
        byte[]? opaque = PeerIdAuth.Decode(opaqueText);
        if (opaque is not { Length: OpaqueBytes }
            || !CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, opaque.AsSpan(HashBytes)), opaque.AsSpan(0, HashBytes)))
        {
            return Refusal(StatusCodes.Status401Unauthorized, "that is no challenge of this gateway since it started; sign the new one");
        }

        long ends = BinaryPrimitives.ReadInt64BigEndian(opaque.AsSpan(HashBytes));
        string challenge = PeerIdAuth.Encode(opaque.AsSpan(HashBytes + sizeof(long)));
        if (ends <= Now)
        {
            return Refusal(StatusCodes.Status401Unauthorized, "that challenge is over; sign the new one");
        }

        byte[]? key = PeerIdAuth.Decode(given.GetValueOrDefault(PeerIdAuth.PublicKeyName));
        byte[]? signed = PeerIdAuth.Decode(signature);
        string? back = given.GetValueOrDefault(PeerIdAuth.ChallengeServer);
        if (key == null || signed == null || PeerIdAuth.PeerOf(key) is not { } peer || back is not { Length: >= PeerIdAuth.LeastChallenge })
        {
            return Refusal(StatusCodes.Status400BadRequest, $"give {PeerIdAuth.PublicKeyName}, {PeerIdAuth.Signature} and a "
                + $"{PeerIdAuth.ChallengeServer} of at least {PeerIdAuth.LeastChallenge} characters");
        }

        string? hostname = hostnames.FirstOrDefault(
            one => PeerIdAuth.Verify(key, PeerIdAuth.ClientSigns(challenge, _identity.PublicKeyProtobuf, one), signed));
        if (hostname == null)
        {
            return Refusal(StatusCodes.Status401Unauthorized, "the signature is wrong, or was made for another name or gateway");
        }

        // from here on it is proved who asks
        if (!Volatile.Read(ref _admins).Contains(peer))
        {
            return Refusal(StatusCodes.Status403Forbidden, $"{peer} may not log in here; name it in http.admins");
        }

        if (Open(peer, challenge, ends) is not { } session)
        {
            return Refusal(StatusCodes.Status401Unauthorized, "that challenge was answered before, and counts once; sign the new one");
        }

        return new PeerIdAnswer(session, StatusCodes.Status200OK, null, PeerIdAuth.Write(
            (PeerIdAuth.Signature, PeerIdAuth.Sign(_identity, PeerIdAuth.ServerSigns(back, key, hostname))),
            (PeerIdAuth.Bearer, session.Bearer),
            (PeerIdAuth.Expires, session.Expires.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)),
            (PeerIdAuth.PublicKeyName, PeerIdAuth.Encode(_identity.PublicKeyProtobuf))));
    }

    private PeerIdSession? Open(PeerId peer, string challenge, long challengeEnds)
    {
        lock (_turn)
        {
            Forget();
            if (_answered.Count >= MaxAnswered || !_answered.TryAdd(challenge, challengeEnds))
            {
                return null;
            }

            string[] former =
                [.. _sessions.Where(one => one.Value.Peer.Equals(peer)).OrderBy(one => one.Value.Ends).Select(one => one.Key)];
            foreach (string oldest in former.Take(former.Length - MaxOfPeer + 1))
            {
                _sessions.Remove(oldest);
            }

            string bearer = PeerIdAuth.Encode(_random());
            _sessions[HashOf(bearer)] = (peer, Now + (long)SessionTime.TotalMilliseconds);
            return new PeerIdSession(peer, bearer, _time.GetUtcNow() + SessionTime);
        }
    }

    private void Forget()
    {
        long now = Now;
        HashSet<PeerId> admins = Volatile.Read(ref _admins);
        foreach (string over in _answered.Where(one => one.Value <= now).Select(one => one.Key).ToArray())
        {
            _answered.Remove(over);
        }

        foreach (string over in _sessions.Where(one => one.Value.Ends <= now || !admins.Contains(one.Value.Peer))
            .Select(one => one.Key).ToArray())
        {
            _sessions.Remove(over);
        }
    }
}
