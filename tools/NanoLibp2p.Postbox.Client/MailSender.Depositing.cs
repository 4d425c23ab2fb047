using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client.Storage;
using NanoLibp2p.Postbox.Client.Exchange;

namespace NanoLibp2p.Postbox.Client;

// Which gateways, and what each is given (SPEC.md 12, 13.4).
public sealed partial class MailSender
{
    private const int MostGatewaysTried = 12;

    /// <summary>A gateway to be asked: by an address, or as a record has it.</summary>
    private sealed record Candidate(Multiaddr? Address, RecordGateway? Gateway, bool IsNamed);

    /// <summary>A gateway that was asked for the recipient's record.</summary>
    private sealed record FoundGateway(PeerId Peer, string Address, MailboxTerms Terms, Action<PeerMailboxes> Moved);

    private async Task<T> AtGatewaysAsync<T>(PeerId to, Multiaddr? via, Func<FoundGateway, Task<T>> deposit, Func<byte[]?> id,
        CancellationToken cancellationToken)
    {
        Queue<Candidate> candidates = new(via != null ? [new Candidate(via, null, true)] : Known(to));
        bool mayLook = via == null && _options.Find != null;
        if (candidates.Count == 0 && mayLook)
        {
            mayLook = false;
            await LookAsync(to, candidates, cancellationToken).ConfigureAwait(false);
        }

        if (candidates.Count == 0)
        {
            throw new MailException(MailError.NoGateway, $"no gateway is known that keeps mail for {to}"
                + $"{(_options.Find == null ? "" : ", and none was found")}; name one that does, or dial the peer once through its relay");
        }

        HashSet<PeerId> asked = [];
        MailException? failure = null;
        for (int tried = 0; tried < MostGatewaysTried && candidates.TryDequeue(out Candidate? candidate); tried++)
        {
            try
            {
                PeerId gateway = await DialAsync(candidate, cancellationToken).ConfigureAwait(false);
                if (asked.Add(gateway))
                {
                    MailboxTerms terms = await LookupAsync(gateway, to, candidate, candidates, cancellationToken).ConfigureAwait(false);
                    string address = candidate.Address?.ToString() ?? AddressOf(candidate.Gateway!);
                    return await deposit(new FoundGateway(gateway, address, terms, record => Enqueue(record, candidates)))
                        .ConfigureAwait(false);
                }
            }
            catch (MailException e) when (e.Error is not (MailError.StoreFailed or MailError.RecipientInvalid))
            {
                failure = Better(failure, e);
            }

            if (mayLook && candidates.Count == 0
                && failure is { Error: MailError.Unreachable or MailError.NoMailbox or MailError.NotAPostbox })
            {
                // those that are known are gone, or keep its mail no more
                mayLook = false;
                await LookAsync(to, candidates, cancellationToken).ConfigureAwait(false);
            }
        }

        if (id() is { } sealedId)
        {
            failure!.MessageId = Convert.ToHexStringLower(sealedId);
        }

        throw failure!;
    }

    // a refusal says more than a gateway that is down
    private static MailException Better(MailException? first, MailException second)
        => first == null || first.Error == MailError.Unreachable || second.Error != MailError.Unreachable ? second : first;

    private List<Candidate> Known(PeerId to)
    {
        List<Candidate> found = [];
        if (KnownRecord(to) is { } record)
        {
            found.AddRange(record.Gateways.Select(gateway => new Candidate(null, gateway, false)));
        }

        foreach (string text in _node.PeerStore.Addresses(to).Select(one => one.Address.ToString()))
        {
            int circuit = text.IndexOf("/p2p-circuit", StringComparison.Ordinal);
            if (circuit > 0 && Multiaddr.TryParse(text[..circuit], out string _) is { } relay)
            {
                found.Add(new Candidate(relay, null, false));
            }
        }

        return found;
    }

    // the addresses of one gateway are tried as one
    private async Task LookAsync(PeerId to, Queue<Candidate> candidates, CancellationToken cancellationToken)
    {
        foreach (IGrouping<PeerId?, Multiaddr> one in (await _options.Find!(to, cancellationToken).ConfigureAwait(false))
            .GroupBy(address => address.PeerId))
        {
            if (one.Key != null)
            {
                candidates.Enqueue(new Candidate(null, new RecordGateway(one.Key, [.. one]), false));
                continue;
            }

            foreach (Multiaddr address in one)
            {
                candidates.Enqueue(new Candidate(address, null, false));
            }
        }
    }

    private async Task<PeerId> DialAsync(Candidate candidate, CancellationToken cancellationToken)
    {
        if (candidate.Address != null)
        {
            return await _dialer.DialAsync(candidate.Address, cancellationToken).ConfigureAwait(false);
        }

        await _dialer.DialAsync(candidate.Gateway!, cancellationToken).ConfigureAwait(false);
        return candidate.Gateway!.Peer;
    }

    private async Task<MailboxTerms> LookupAsync(PeerId gateway, PeerId to, Candidate candidate, Queue<Candidate> candidates,
        CancellationToken cancellationToken)
    {
        LookupRequest request = new(to);
        int code = await RunAsync(gateway, PostboxClient.AskLookup, request, cancellationToken).ConfigureAwait(false);
        PeerMailboxes? record = Learn(request.Record, to);
        if (code != 0)
        {
            throw Explain(code, gateway, to, request);
        }

        PeerMailboxes? newest = record ?? KnownRecord(to);
        if (!candidate.IsNamed && newest?.Gateways.Any(one => one.Peer.Equals(gateway)) != true)
        {
            Enqueue(record, candidates);
            throw new MailException(MailError.NoMailbox,
                $"{gateway} says that it keeps mail for {to}, but the record that {to} has signed does not name it");
        }

        return request.Terms;
    }

    // a record that is signed by its peer and no older than the one that is known
    private PeerMailboxes? Learn(byte[]? envelope, PeerId to)
    {
        PeerMailboxes? record = _exchange.Locked(client => Statements.OpenRecord(envelope, to, client.Node.Crypto));
        if (record == null || record.Sequence < (KnownRecord(to)?.Sequence ?? 0))
        {
            return null;
        }

        _outbox.Keep(record);
        return record;
    }

    private static string AddressOf(RecordGateway gateway) => gateway.Addresses.Count == 0 ? "" : gateway.Addresses[0].ToString();

    private static void Enqueue(PeerMailboxes? record, Queue<Candidate> candidates)
    {
        foreach (RecordGateway gateway in record?.Gateways ?? [])
        {
            candidates.Enqueue(new Candidate(null, gateway, false));
        }
    }

    private async Task<SentMail> DepositAsync(OutboxItem item, FoundGateway found, SendOptions options,
        CancellationToken cancellationToken)
    {
        int bits = found.Terms.Work;
        for (int attempt = 0; ; attempt++)
        {
            byte[]? work = options.Token != null || bits == 0 ? null
                : await WorkAsync(item, found, bits, options.Progress, cancellationToken).ConfigureAwait(false);
            DepositRequest request = new(item.To, item.Item)
            {
                Ttl = (int)options.Ttl.TotalSeconds,
                Priority = options.Priority,
                Slot = item.Slot,
                Token = options.Token,
                Work = work,
            };
            int code = await RunAsync(found.Peer, PostboxClient.AskDeposit, request, cancellationToken).ConfigureAwait(false);
            if (code == 0)
            {
                return Deposited(item, found, request);
            }

            if (code == GatewayCodes.WorkRequired && attempt == 0 && options.Token == null && request.Terms.Work > bits)
            {
                bits = request.Terms.Work;
                continue;
            }

            if (code == GatewayCodes.Moved && Learn(request.Record, item.To) is { } record)
            {
                found.Moved(record);
            }

            throw Explain(code, found.Peer, item.To, request);
        }
    }

    private SentMail Deposited(OutboxItem item, FoundGateway found, DepositRequest request)
    {
        _outbox.Deposited(item.Id, found.Peer, found.Address, request.Until);
        MailReceipt receipt = _exchange.Locked(client => Statements.OpenReceipt(request.Receipt, found.Peer, item.To, item.Id,
            item.Item.Length, client.Node.Crypto)) ?? throw new MailException(MailError.Malformed,
                $"{found.Peer} says that it keeps the message, but its receipt is not signed by it for this message");
        return new SentMail(Hex(item), item.To, found.Peer, DateTimeOffset.FromUnixTimeSeconds(request.Until), request.IsDuplicate,
            receipt);
    }

    private async Task<byte[]> WorkAsync(OutboxItem item, FoundGateway found, int bits, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (bits > ProofOfWork.MaxBits)
        {
            throw new MailException(MailError.Denied,
                $"{found.Peer} takes mail for {item.To} from those alone who have a token; ask the recipient for one", 403);
        }

        if (bits > _options.MaxWork)
        {
            throw new MailException(MailError.WorkRequired, $"{found.Peer} asks for {bits} bits of work, and MailSenderOptions.MaxWork is "
                + $"{_options.MaxWork}; raise it (each bit doubles the time), or ask the recipient for a token", GatewayCodes.WorkRequired);
        }

        return await ProofOfWork.FindAsync(item.To, item.Id, bits, progress, cancellationToken).ConfigureAwait(false);
    }
}
