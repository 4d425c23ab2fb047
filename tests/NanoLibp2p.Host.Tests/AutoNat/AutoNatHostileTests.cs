using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Host.AutoNat;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Host.Tests.AutoNat;

/// <summary>Peers that want to have others dialled, for nothing, or a node believe what is not so.</summary>
public class AutoNatHostileTests
{
    private const string DialRequest = AutoNatMessages.DialRequestId;

    [Fact]
    public async Task Only_the_first_address_that_would_be_dialled_is_dialled()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync();
        Multiaddr dead = pair.Address.WithPort(AutoNatTests.FreePort());
        Multiaddr[] addresses =
        [
            Multiaddr.Parse("/dns4/localhost/tcp/1"),
            Multiaddr.Parse("/ip4/203.0.113.7/tcp/1"),
            Multiaddr.Parse("/ip4/127.0.0.1/udp/1/quic-v1"),
            pair.Address.WithPeerId(pair.Server.PeerId),
            dead,
            pair.Address,
        ];

        DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [.. addresses.Take(3), .. addresses.Skip(4)])
            .WaitAsync(Nodes.Patience);

        Assert.Equal((DialBackOutcome.Failed, dead), (answer.Outcome, answer.Address));
        Assert.Equal(1, pair.Serving.DialsForPeers);
    }

    [Fact]
    public async Task Of_a_request_fifty_addresses_are_read_and_of_one_of_version_1_sixteen()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync();
        Multiaddr[] none = [.. Enumerable.Repeat(Multiaddr.Parse("/dns4/localhost/tcp/1"), 50)];

        Assert.Equal(AutoNatMessages.DialRefused, await StatusAsync(pair, AutoNatMessages.Request([.. none, pair.Address], 7)));
        Assert.Equal(AutoNatMessages.V1DialRefused,
            await V1Async(pair, AutoNatMessages.V1Request(pair.Client.PeerId, [.. none.Take(16), pair.Address])));
        Assert.Equal(0, pair.Serving.DialsForPeers);

        Assert.Equal(AutoNatMessages.Ok, await StatusAsync(pair, AutoNatMessages.Request([.. none.Take(49), pair.Address], 7)));
        Assert.Equal(AutoNatMessages.V1Ok,
            await V1Async(pair, AutoNatMessages.V1Request(pair.Client.PeerId, [.. none.Take(15), pair.Address])));
        Assert.Equal(2, pair.Serving.DialsForPeers);
    }

    [Fact]
    public async Task Private_addresses_are_not_dialled_for_anybody()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(serve: options => options.AllowPrivateAddresses = false);

        DialBackAnswer v2 = await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);
        DialBackAnswer v1 = await pair.Asking.AskV1Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);

        Assert.Equal((DialBackOutcome.None, "it refuses: 101"), (v2.Outcome, v2.Detail));
        Assert.Equal((DialBackOutcome.None, "it says 101"), (v1.Outcome, v1.Detail));
        Assert.Equal(0, pair.Serving.DialsForPeers);
    }

    [Fact]
    public async Task Nobody_is_dialled_for_a_peer_behind_a_relay_whose_address_would_be_the_relays()
    {
        await using Libp2pNode hop = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using RelayService relay = RelayService.Start(hop, new RelayServiceOptions());
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(dials: false);
        await using RelayReservation place = RelayReservation.Start(pair.Server, hop.ListenAddresses[0]);
        Multiaddr circuit = await place.WaitAsync().WaitAsync(Nodes.Patience);
        await pair.Client.DialAsync(circuit).WaitAsync(Nodes.Patience);

        DialBackAnswer v2 = await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);
        DialBackAnswer v1 = await pair.Asking.AskV1Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);

        Assert.Equal((DialBackOutcome.None, "it refuses: 100"), (v2.Outcome, v2.Detail));
        Assert.Equal((DialBackOutcome.None, "it says 101"), (v1.Outcome, v1.Detail));
        Assert.Equal(0, pair.Serving.DialsForPeers);
    }

    [Theory]
    [InlineData(4096, 5, "too little, and then the end")]
    [InlineData(99, 2000, "pieces of less than 100 bytes")]
    [InlineData(4097, 30, "pieces of more than 4,096 bytes")]
    public async Task Who_does_not_pay_as_wanted_has_nobody_dialled(int chunk, int count, string what)
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync();
        await using PeerStream stream = await pair.Client.OpenStreamAsync(pair.Server.PeerId, DialRequest).WaitAsync(Nodes.Patience);
        MessageStream messages = new(stream, Nodes.Patience);
        await messages.WriteMessageAsync(AutoNatMessages.Request([Multiaddr.Parse("/ip4/127.0.0.3/tcp/1")], 7));

        byte[] wanted = (await messages.ReadMessageAsync(8192))!;
        (ulong index, ulong bytes, _) = AutoNatMessages.ReadNumbers(wanted, AutoNatMessages.DataRequestField)!.Value;
        Assert.Equal(0UL, index);
        Assert.InRange(bytes, 30_000UL, 100_000UL);
        try
        {
            for (int i = 0; i < count; i++)
            {
                await messages.WriteMessageAsync(AutoNatMessages.Data(chunk));
            }

            stream.CompleteWrites();
        }
        catch (Libp2pException)
        {
            // broken off in the middle of it
        }

        await Assert.ThrowsAsync<Libp2pException>(() => messages.ReadMessageAsync(8192).WaitAsync(Nodes.Patience));
        Assert.True(pair.Serving.DialsForPeers == 0, what);
    }

    [Fact]
    public async Task The_thirteenth_request_in_a_minute_is_refused_before_it_is_read()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync();
        for (int i = 0; i < 12; i++)
        {
            Assert.NotEqual(AutoNatMessages.RequestRejected, await StatusAsync(pair, AutoNatMessages.Request([], 7)));
        }

        // nothing of it was sent
        Assert.Equal(AutoNatMessages.RequestRejected, await StatusAsync(pair, null));
        Assert.Equal(0, pair.Serving.DialsForPeers);
    }

    [Fact]
    public async Task The_sixty_first_request_of_all_peers_in_a_minute_is_refused_before_it_is_read()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(serve: options => options.RequestsPerMinutePerPeer = 1000);
        for (int i = 0; i < 60; i++)
        {
            Assert.NotEqual(AutoNatMessages.RequestRejected, await StatusAsync(pair, AutoNatMessages.Request([], 7)));
        }

        // nothing of it was sent
        Assert.Equal(AutoNatMessages.RequestRejected, await StatusAsync(pair, null));
    }

    [Fact]
    public async Task The_thirteenth_dial_in_a_minute_that_data_would_pay_for_is_refused_and_one_that_costs_nothing_is_made()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(serve: options => options.RequestsPerMinutePerPeer = 1000);
        byte[] elsewhere = AutoNatMessages.Request([Multiaddr.Parse("/ip4/127.0.0.3/tcp/1")], 7);
        for (int i = 0; i < 12; i++)
        {
            await using PeerStream stream = await pair.Client.OpenStreamAsync(pair.Server.PeerId, DialRequest).WaitAsync(Nodes.Patience);
            MessageStream messages = new(stream, Nodes.Patience);
            await messages.WriteMessageAsync(elsewhere);
            Assert.Equal(AutoNatMessages.DataRequestField, AutoNatMessages.Kind(await messages.ReadMessageAsync(8192)));

            // it pays nothing, and its request is over before it hears so
            stream.CompleteWrites();
            await Assert.ThrowsAsync<Libp2pException>(() => messages.ReadMessageAsync(8192).WaitAsync(Nodes.Patience));
        }

        Assert.Equal(AutoNatMessages.RequestRejected, await StatusAsync(pair, elsewhere));
        Assert.Equal(0, pair.Serving.DialsForPeers);
        DialBackAnswer own = await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);
        Assert.Equal(DialBackOutcome.Reached, own.Outcome);
    }

    [Fact]
    public async Task A_second_request_beside_the_first_is_refused()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync();
        await using PeerStream first = await pair.Client.OpenStreamAsync(pair.Server.PeerId, DialRequest).WaitAsync(Nodes.Patience);
        MessageStream messages = new(first, Nodes.Patience);
        await messages.WriteMessageAsync(AutoNatMessages.Request([Multiaddr.Parse("/ip4/127.0.0.3/tcp/1")], 7));
        Assert.Equal(AutoNatMessages.DataRequestField, AutoNatMessages.Kind(await messages.ReadMessageAsync(8192)));

        Assert.Equal(AutoNatMessages.RequestRejected, await StatusAsync(pair, AutoNatMessages.Request([pair.Address], 7)));
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_not_waited_for()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(
            serve: options => options.StreamTimeout = TimeSpan.FromMilliseconds(300));
        await using PeerStream v2 = await pair.Client.OpenStreamAsync(pair.Server.PeerId, DialRequest).WaitAsync(Nodes.Patience);
        await using PeerStream v1 = await pair.Client.OpenStreamAsync(pair.Server.PeerId, AutoNatMessages.V1).WaitAsync(Nodes.Patience);

        await Assert.ThrowsAsync<Libp2pException>(() => v2.ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience));
        await Assert.ThrowsAsync<Libp2pException>(() => v1.ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience));
    }

    [Theory]
    [InlineData(DialRequest, "ff")]
    [InlineData(DialRequest, "12020800")]
    [InlineData(DialRequest, "0a03ff")]
    public async Task What_is_no_request_is_broken_off(string protocol, string hex)
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync();
        await using PeerStream stream = await pair.Client.OpenStreamAsync(pair.Server.PeerId, protocol).WaitAsync(Nodes.Patience);
        MessageStream messages = new(stream, Nodes.Patience);
        await messages.WriteMessageAsync(Convert.FromHexString(hex));

        await Assert.ThrowsAsync<Libp2pException>(() => messages.ReadMessageAsync(8192).WaitAsync(Nodes.Patience));
    }

    [Fact]
    public async Task Version_1_dials_no_other_IP_address_and_for_nobody_else()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync("/ip4/127.0.0.2/tcp/0");
        Multiaddr elsewhere = pair.Client.ListenAddresses[1].WithoutPeerId();

        Assert.Equal("it says 101", (await pair.Asking.AskV1Async(pair.Server.PeerId, [elsewhere]).WaitAsync(Nodes.Patience)).Detail);
        Assert.Equal(AutoNatMessages.V1BadRequest, await V1Async(pair, AutoNatMessages.V1Request(pair.Server.PeerId, [pair.Address])));
        Assert.Equal(AutoNatMessages.V1BadRequest, await V1Async(pair, [0xFF]));

        // the fourth in a minute
        Assert.Equal(AutoNatMessages.V1DialRefused, await V1Async(pair, AutoNatMessages.V1Request(pair.Client.PeerId, [pair.Address])));
        Assert.Equal(0, pair.Serving.DialsForPeers);
    }

    [Fact]
    public async Task A_server_that_did_not_dial_is_not_believed_whatever_it_says()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(serve: options => options.ServeV2 = false);
        ulong said = AutoNatMessages.DialOk;
        pair.Server.Handle(DialRequest, async (stream, cancellation) =>
        {
            MessageStream messages = new(stream, Nodes.Patience);
            await messages.ReadMessageAsync(8192, cancellation);
            await messages.WriteMessageAsync(AutoNatMessages.Response(AutoNatMessages.Ok, 0, said), cancellation);
        });

        foreach (ulong status in new[] { AutoNatMessages.DialOk, AutoNatMessages.DialBackError, AutoNatMessages.DialUnused, 7UL })
        {
            said = status;
            DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);
            Assert.Equal(DialBackOutcome.None, answer.Outcome);
            Assert.Contains("did not arrive", answer.Detail, StringComparison.Ordinal);
        }

        Assert.Empty(pair.Asking.Report.Addresses);
    }

    [Fact]
    public async Task The_number_counts_by_a_connection_that_the_peer_made_alone()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(serve: options => options.ServeV2 = false);
        List<string> ends = [];
        pair.Server.Handle(DialRequest, async (stream, cancellation) =>
        {
            MessageStream messages = new(stream, Nodes.Patience);
            _ = AutoNatMessages.ReadRequest((await messages.ReadMessageAsync(8192, cancellation))!, out ulong nonce);

            // over the connection that the client made
            foreach (ulong number in new[] { nonce, nonce + 1 })
            {
                await using PeerStream back = await pair.Server.OpenStreamAsync(pair.Client.PeerId, AutoNatMessages.DialBackId,
                    cancellation);
                MessageStream told = new(back, Nodes.Patience);
                await told.WriteMessageAsync(AutoNatMessages.DialBack(number), cancellation);
                try
                {
                    ends.Add((await told.ReadMessageAsync(64, cancellation))?.Length.ToString() ?? "end");
                }
                catch (Libp2pException)
                {
                    ends.Add("reset");
                }
            }

            await messages.WriteMessageAsync(AutoNatMessages.Response(AutoNatMessages.Ok, 0, AutoNatMessages.DialOk), cancellation);
        });

        DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);

        Assert.Equal(DialBackOutcome.None, answer.Outcome);
        Assert.Equal(["reset", "reset"], ends);
    }

    [Theory]
    [InlineData(100_001, 0, "more data than anybody needs")]
    [InlineData(40_000, 1, "data for an address that was not asked about")]
    public async Task A_server_that_wants_too_much_gets_nothing(int bytes, int index, string what)
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(serve: options => options.ServeV2 = false);
        int got = 0;
        pair.Server.Handle(DialRequest, async (stream, cancellation) =>
        {
            MessageStream messages = new(stream, Nodes.Patience);
            await messages.ReadMessageAsync(8192, cancellation);
            await messages.WriteMessageAsync(AutoNatMessages.DataRequest(index, bytes), cancellation);
            got += (await messages.ReadMessageAsync(8192, cancellation))?.Length ?? 0;
        });

        DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);

        Assert.Equal(DialBackOutcome.None, answer.Outcome);
        Assert.True(got == 0, what);
    }

    [Fact]
    public async Task A_server_that_wants_data_twice_gets_them_once()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(serve: options => options.ServeV2 = false);
        int got = 0;
        pair.Server.Handle(DialRequest, async (stream, cancellation) =>
        {
            MessageStream messages = new(stream, Nodes.Patience);
            await messages.ReadMessageAsync(8192, cancellation);
            for (int i = 0; i < 2; i++)
            {
                await messages.WriteMessageAsync(AutoNatMessages.DataRequest(0, 4096), cancellation);
                got += AutoNatMessages.ReadData(await messages.ReadMessageAsync(8192, cancellation));
            }
        });

        DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address]).WaitAsync(Nodes.Patience);

        Assert.Equal(DialBackOutcome.None, answer.Outcome);
        Assert.Equal(4096, got);
    }

    [Fact]
    public async Task Of_several_answers_the_first_counts_and_the_others_are_not_waited_for()
    {
        await using AutoNatTests.Pair pair = await AutoNatTests.Pair.StartAsync(serve: options => options.ServeV2 = false);
        Multiaddr dead = pair.Address.WithPort(AutoNatTests.FreePort());
        TaskCompletionSource<bool> isBroken = new();
        pair.Server.Handle(DialRequest, async (stream, cancellation) =>
        {
            // as js does: one answer for each address
            MessageStream messages = new(stream, Nodes.Patience);
            await messages.ReadMessageAsync(8192, cancellation);
            await messages.WriteMessageAsync(AutoNatMessages.Response(AutoNatMessages.Ok, 1, AutoNatMessages.DialError), cancellation);
            try
            {
                isBroken.SetResult(await messages.ReadMessageAsync(8192, cancellation) == null);
            }
            catch (Exception e) when (e is Libp2pException or OperationCanceledException)
            {
                isBroken.SetResult(true);
            }
        });

        DialBackAnswer answer = await pair.Asking.AskV2Async(pair.Server.PeerId, [pair.Address, dead]).WaitAsync(Nodes.Patience);

        Assert.Equal((DialBackOutcome.Failed, dead), (answer.Outcome, answer.Address));
        Assert.True(await isBroken.Task.WaitAsync(Nodes.Patience));
    }

    private static async Task<ulong> StatusAsync(AutoNatTests.Pair pair, byte[]? request)
    {
        await using PeerStream stream = await pair.Client.OpenStreamAsync(pair.Server.PeerId, DialRequest).WaitAsync(Nodes.Patience);
        MessageStream messages = new(stream, Nodes.Patience);
        if (request != null)
        {
            await messages.WriteMessageAsync(request);
        }

        return AutoNatMessages.ReadNumbers(await messages.ReadMessageAsync(8192), AutoNatMessages.ResponseField)!.Value.First;
    }

    private static async Task<ulong> V1Async(AutoNatTests.Pair pair, byte[] request)
    {
        await using PeerStream stream = await pair.Client.OpenStreamAsync(pair.Server.PeerId, AutoNatMessages.V1).WaitAsync(Nodes.Patience);
        MessageStream messages = new(stream, Nodes.Patience);
        await messages.WriteMessageAsync(request);
        return AutoNatMessages.ReadV1Response(await messages.ReadMessageAsync(8192), out _)!.Value;
    }
}
