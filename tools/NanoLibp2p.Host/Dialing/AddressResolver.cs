using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Dialing;

/// <summary>Finds what the names in addresses stand for, <c>/dnsaddr</c> included (multiaddr spec, "DNSADDR").</summary>
internal sealed class AddressResolver(INameResolver names)
{
    // as in go-libp2p, with fewer: a record may name another name, and each has to be looked up
    internal const int MaxDepth = 4;
    internal const int MaxLookups = 32;
    internal const int MaxRecords = 64;

    /// <summary>Whether there is a name in it that has to be looked up.</summary>
    internal static bool IsName(DialTarget target) => target.IsDnsAddr || (target.Kind != DialKind.Circuit && target.Ip == null);

    /// <summary>Looks up one address with a name.</summary>
    /// <param name="target">The address.</param>
    /// <param name="most">How many to find at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The addresses without names; those of <c>/dnsaddr</c> as its records have them, circuits among them.</returns>
    /// <exception cref="Libp2pException">There are none, or they could not be looked up.</exception>
    internal async Task<IReadOnlyList<DialTarget>> ResolveAsync(DialTarget target, int most, CancellationToken cancellationToken)
    {
        List<DialTarget> found = [];
        try
        {
            await ResolveAsync(target, new Budget(most), 0, found, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not Libp2pException)
        {
            if (found.Count == 0)
            {
                throw Dialer.NotReached(target.Address, LinkError.NameNotFound, e);
            }
        }

        return found.Count > 0 ? found : throw Dialer.NotReached(target.Address, LinkError.NameNotFound, null);
    }

    private async Task ResolveAsync(DialTarget target, Budget budget, int depth, List<DialTarget> found,
        CancellationToken cancellationToken)
    {
        if (found.Count >= budget.Most || budget.Lookups++ >= MaxLookups)
        {
            return;
        }

        if (!target.IsDnsAddr)
        {
            AddressFamily family = target.Address.NameAddressBytes switch
            {
                4 => AddressFamily.InterNetwork,
                16 => AddressFamily.InterNetworkV6,
                _ => AddressFamily.Unspecified,
            };
            IReadOnlyList<IPAddress> addresses = await names.AddressesAsync(target.Address.Host, family, cancellationToken)
                .ConfigureAwait(false);
            found.AddRange(addresses.Select(target.At).Take(budget.Most - found.Count));
            return;
        }

        foreach (string record in (await names.TextsAsync("_dnsaddr." + target.Address.Host, cancellationToken).ConfigureAwait(false))
            .Take(MaxRecords))
        {
            if (!record.StartsWith("dnsaddr=", StringComparison.Ordinal)
                || Multiaddr.TryParse(record["dnsaddr=".Length..], out _) is not { } address)
            {
                continue;
            }

            // what comes after the name must end the record, too: most often the peer's id
            PeerId? wanted = target.Address.PeerId;
            if (wanted != null && !wanted.Equals(address.PeerId))
            {
                continue;
            }

            DialTarget next = DialTarget.Of(address);
            if (!IsName(next))
            {
                if (found.Count < budget.Most)
                {
                    found.Add(next);
                }
            }
            else if (depth + 1 < MaxDepth)
            {
                await ResolveAsync(next, budget, depth + 1, found, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private sealed class Budget(int most)
    {
        internal readonly int Most = most;
        internal int Lookups;
    }
}
