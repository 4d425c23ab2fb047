using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using DnsClient;
using DnsClient.Protocol;

namespace NanoLibp2p.Host.Dialing;

/// <summary>Addresses from the system's resolver (hosts file and all), TXT records from its name servers or from one that is
/// named.</summary>
/// <param name="server">The name server for TXT records; null for those of the system.</param>
public sealed class SystemNameResolver(IPEndPoint? server = null) : INameResolver
{
    // made when first needed: a host may have no name server, and dial by number
    private readonly Lazy<LookupClient> _client = new(() => server == null ? new LookupClient() : new LookupClient(server));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> AddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(name, family, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return [];
        }
        catch (SocketException e)
        {
            throw new IOException($"'{name}' could not be looked up: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> TextsAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            IDnsQueryResponse answer = await _client.Value.QueryAsync(name, QueryType.TXT, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            return answer.HasError && answer.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain
                ? throw new IOException($"'{name}' could not be looked up: {answer.ErrorMessage}")
                : [.. answer.Answers.TxtRecords().Select(record => string.Concat(record.Text))];
        }
        catch (Exception e) when (e is DnsResponseException or SocketException or InvalidOperationException)
        {
            throw new IOException($"'{name}' could not be looked up: {e.Message}", e);
        }
    }
}
