using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Http;

/// <summary>Logs in by peer id, the client's side of libp2p's peer id authentication (http/peer-id-auth.md r1).</summary>
internal static class PeerIdClient
{
    /// <summary>Where a gateway has one log in.</summary>
    internal const string Path = "/api/login";

    /// <summary>Where a server says so (libp2p specs, http/README.md).</summary>
    internal const string WellKnownPath = "/.well-known/libp2p/protocols";

    private const int ChallengeBytes = 32;

    /// <summary>Logs in at a server.</summary>
    /// <param name="http">Asks it; its patience is the caller's.</param>
    /// <param name="url">What one logs in for.</param>
    /// <param name="identity">Who logs in.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The server, which has proved who it is, and what to show it from then on.</returns>
    /// <exception cref="GatewayException">It does not let one in, or is not who it says.</exception>
    internal static async Task<PeerIdSession> LogInAsync(HttpClient http, Uri url, Identity identity, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage asked = await http.GetAsync(url, cancellationToken).ConfigureAwait(false);
            string challenge = asked.Headers.WwwAuthenticate.FirstOrDefault(IsScheme)?.Parameter
                ?? throw new GatewayException($"{url} answers {(int)asked.StatusCode} and offers no log-in by peer id; name who may in "
                    + "http.admins, and look whether the address is that of a gateway");
            string back = PeerIdAuth.Encode(RandomNumberGenerator.GetBytes(ChallengeBytes));
            (string authorization, byte[] serverKey) = Answer(challenge, url.IdnHost, identity, back);
            using HttpRequestMessage signed = new(HttpMethod.Get, url);
            signed.Headers.TryAddWithoutValidation("Authorization", authorization);
            using HttpResponseMessage answer = await http.SendAsync(signed, cancellationToken).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                string why = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
                throw new GatewayException($"{url} does not let {identity.PeerId} in: {(why.Length > 300 ? why[..300] : why).Trim()}");
            }

            string? info = answer.Headers.TryGetValues("Authentication-Info", out IEnumerable<string>? values) ? values.First() : null;
            return Check(info, url.IdnHost, identity, back, serverKey);
        }
        catch (HttpRequestException e)
        {
            throw new GatewayException($"cannot ask {url}: {e.Message}", inner: e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GatewayException($"{url} does not answer within {http.Timeout.TotalSeconds} s", inner: e);
        }
    }

    /// <summary>Signs a server's challenge.</summary>
    /// <param name="challenge">What its WWW-Authenticate says behind the scheme.</param>
    /// <param name="hostname">The name by which it was asked.</param>
    /// <param name="identity">Who logs in.</param>
    /// <param name="back">The challenge for the server.</param>
    /// <returns>The value of Authorization, and the server's key.</returns>
    /// <exception cref="GatewayException">It is none.</exception>
    internal static (string Authorization, byte[] ServerKey) Answer(string challenge, string hostname, Identity identity, string back)
    {
        Dictionary<string, string>? given = PeerIdAuth.Parse(challenge);
        byte[]? key = PeerIdAuth.Decode(given?.GetValueOrDefault(PeerIdAuth.PublicKeyName));
        if (given == null || key == null || PeerIdAuth.PeerOf(key) == null || !given.TryGetValue(PeerIdAuth.Opaque, out string? opaque)
            || !given.TryGetValue(PeerIdAuth.ChallengeClient, out string? toSign) || toSign.Length < PeerIdAuth.LeastChallenge)
        {
            throw new GatewayException($"the challenge of {hostname} is not as {PeerIdAuth.Scheme} has it");
        }

        return (PeerIdAuth.Write(
            (PeerIdAuth.PublicKeyName, PeerIdAuth.Encode(identity.PublicKeyProtobuf)), (PeerIdAuth.ChallengeServer, back),
            (PeerIdAuth.Signature, PeerIdAuth.Sign(identity, PeerIdAuth.ClientSigns(toSign, key, hostname))),
            (PeerIdAuth.Opaque, opaque)), key);
    }

    /// <summary>Checks a server's proof.</summary>
    /// <param name="info">The value of Authentication-Info; null when there was none.</param>
    /// <param name="hostname">The name by which it was asked.</param>
    /// <param name="identity">Who logs in.</param>
    /// <param name="back">The challenge for the server.</param>
    /// <param name="serverKey">Its key, as its challenge said.</param>
    /// <exception cref="GatewayException">It has not proved who it is.</exception>
    internal static PeerIdSession Check(string? info, string hostname, Identity identity, string back, byte[] serverKey)
    {
        Dictionary<string, string>? given = AuthenticationHeaderValue.TryParse(info, out AuthenticationHeaderValue? header)
            && IsScheme(header) ? PeerIdAuth.Parse(header.Parameter) : null;
        PeerId? server = PeerIdAuth.PeerOf(serverKey);
        if (given == null || server == null || !given.TryGetValue(PeerIdAuth.Bearer, out string? bearer)
            || PeerIdAuth.Decode(given.GetValueOrDefault(PeerIdAuth.Signature)) is not { } signature
            || !PeerIdAuth.Verify(serverKey, PeerIdAuth.ServerSigns(back, identity.PublicKeyProtobuf, hostname), signature))
        {
            throw new GatewayException($"{hostname} has not proved that it is {server}; do not trust what it says");
        }

        bool ends = DateTimeOffset.TryParse(given.GetValueOrDefault(PeerIdAuth.Expires), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out DateTimeOffset expires);
        return new PeerIdSession(server, bearer, ends ? expires : DateTimeOffset.MaxValue);
    }

    private static bool IsScheme(AuthenticationHeaderValue header)
        => header.Scheme.Equals(PeerIdAuth.Scheme, StringComparison.OrdinalIgnoreCase);
}
