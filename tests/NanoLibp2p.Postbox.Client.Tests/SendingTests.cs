using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Client.Tests;

public sealed class SendingTests : IAsyncLifetime
{
    private ScriptedGateway _gateway = null!;
    private Peer _alice = null!;
    private Peer _bob = null!;

    private SendOptions Via => new() { Via = _gateway.Address };

    public async ValueTask InitializeAsync()
    {
        _gateway = await ScriptedGateway.StartAsync();
        _alice = await Peer.StartAsync();
        _bob = await Peer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_kept_with_a_receipt_and_its_delivery_is_proven()
    {
        await using MailSender sender = _alice.OpenSender();
        SentMail sent = await sender.SendAsync(_bob.Id, Text("hello"), Via);
        Assert.Equal(_gateway.Node.PeerId, sent.Receipt.Gateway);
        Assert.Equal(Convert.ToHexStringLower(_gateway.Items[0].Id), sent.Id);
        Assert.True(sent.KeptUntil > DateTimeOffset.UtcNow);
        MailStatus waiting = await sender.StatusAsync(sent.Id);
        Assert.Equal((MailFate.Waiting, false), (waiting.Fate, waiting.IsProven));

        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        ReceivedMail mail = Assert.Single(await Peer.FetchAsync(mailbox));
        Assert.Equal("hello", mail.Text);
        Assert.Equal(_alice.Id, mail.Sender);

        using CancellationTokenSource late = new(Peer.Patience);
        MailStatus status = await sender.WaitAsync(sent.Id, late.Token);
        Assert.Equal((MailFate.Delivered, true), (status.Fate, status.IsProven));
    }

    [Fact]
    public async Task Who_writes_is_known_again_after_a_restart()
    {
        string id;
        await using (MailSender sender = _alice.OpenSender())
        {
            id = (await sender.SendAsync(_bob.Id, Text("one"), Via)).Id;
        }

        await using MailSender again = _alice.OpenSender();
        Assert.Equal(MailFate.Waiting, (await again.StatusAsync(id[..8])).Fate);
    }

    [Fact]
    public async Task A_stranger_shows_as_much_work_as_the_gateway_asks()
    {
        _gateway.Work = 12;
        List<WorkProgress> told = [];
        await using MailSender sender = _alice.OpenSender();
        await sender.SendAsync(_bob.Id, Text("hello"), Via with { Progress = new Told(told) });
        Assert.Single(_gateway.Items);
        Assert.NotEmpty(told);
        Assert.All(told, one => Assert.Equal(12, one.Bits));
    }

    [Fact]
    public async Task Work_that_rose_since_the_lookup_is_made_anew()
    {
        _gateway.Work = 12;
        _gateway.ToldWork = 0;
        await using MailSender sender = _alice.OpenSender();
        await sender.SendAsync(_bob.Id, Text("hello"), Via);
        Assert.Single(_gateway.Items);
    }

    [Fact]
    public async Task More_work_than_is_allowed_is_refused_before_it_is_begun()
    {
        _gateway.Work = 32;
        await using MailSender sender = _alice.OpenSender();
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello"), Via));
        Assert.Equal(MailError.WorkRequired, e.Error);
        Assert.Contains("32 bits", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_can_be_given_up()
    {
        _gateway.Work = 32;
        await using MailSender sender = _alice.OpenSender(new MailSenderOptions { MaxWork = 32 });
        using CancellationTokenSource end = new();
        Task sending = sender.SendAsync(_bob.Id, Text("hello"), Via with { Progress = new Acting(end.Cancel) }, end.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(Peer.Patience));
        Assert.Empty(_gateway.Items);
    }

    [Fact]
    public async Task With_a_token_there_is_no_work()
    {
        _gateway.Work = 30;
        byte[] token = MailToken.Sign(_bob.Identity, _alice.Id, DateTimeOffset.UtcNow.AddDays(1), 2, 3);
        await using MailSender sender = _alice.OpenSender();
        await sender.SendAsync(_bob.Id, Text("hello"), Via with { Token = token, Priority = 3 });
        Assert.Equal(3, Assert.Single(_gateway.Items).Priority);
    }

    [Theory]
    [InlineData(402, MailError.TooLong)]
    [InlineData(403, MailError.Denied)]
    [InlineData(404, MailError.NoMailbox)]
    [InlineData(405, MailError.Moved)]
    [InlineData(406, MailError.WorkRequired)]
    [InlineData(500, MailError.MailboxFull)]
    [InlineData(501, MailError.TryLater)]
    [InlineData(502, MailError.TryLater)]
    [InlineData(503, MailError.TryLater)]
    [InlineData(499, MailError.Refused)]
    public async Task A_refusal_says_what_it_is(int code, MailError error)
    {
        _gateway.Script = request => request.Kind == 2
            ? ScriptedGateway.Refuse(request.Serial, code, [.. Wire.Bytes(3, Text("so it is")), .. Wire.Number(4, 7)]) : null;
        await using MailSender sender = _alice.OpenSender();
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello"), Via));
        Assert.Equal((error, code, 7.0), (e.Error, e.Code, e.RetryAfter.TotalSeconds));
        Assert.Contains("so it is", e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.MessageId);
    }

    [Fact]
    public async Task What_got_no_answer_is_repeated_in_the_same_bytes()
    {
        byte[]? first = null;
        _gateway.Script = request =>
        {
            first ??= Wire.BytesOf(request.Fields, 15);
            return request.Kind == 2 ? [] : null;
        };
        await using MailSender sender = _alice.OpenSender();
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello"), Via));
        Assert.Equal(MailError.Unreachable, e.Error);
        _gateway.Script = null;
        SentMail sent = await sender.ResendAsync(e.MessageId!, Via);
        Assert.Equal(e.MessageId, sent.Id);
        Assert.Equal(first, _gateway.Items[0].Bytes);
        Assert.True((await sender.ResendAsync(sent.Id, Via)).IsDuplicate);
    }

    [Fact]
    public async Task A_receipt_of_another_signer_is_not_believed()
    {
        _gateway.ReceiptSigner = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        await using MailSender sender = _alice.OpenSender();
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello"), Via));
        Assert.Equal(MailError.Malformed, e.Error);
    }

    [Fact]
    public async Task A_proof_that_the_gateway_made_up_proves_nothing()
    {
        await using MailSender sender = _alice.OpenSender();
        SentMail sent = await sender.SendAsync(_bob.Id, Text("hello"), Via);
        _gateway.Items[0].State = 2;
        _gateway.Items[0].Proof = RandomNumberGenerator.GetBytes(8);
        MailStatus status = await sender.StatusAsync(sent.Id);
        Assert.Equal((MailFate.Delivered, false), (status.Fate, status.IsProven));
    }

    [Fact]
    public async Task A_later_message_of_a_subject_takes_the_place_of_the_former_and_can_be_taken_back()
    {
        await using MailSender sender = _alice.OpenSender();
        SendOptions setPoint = Via with { Subject = "setpoint", OnlyLatest = true };
        SentMail first = await sender.SendAsync(_bob.Id, Text("21"), setPoint);
        SentMail second = await sender.SendAsync(_bob.Id, Text("22"), setPoint);
        Assert.True(second.Receipt.IsReplaceable);
        Assert.Equal(MailFate.Replaced, (await sender.StatusAsync(first.Id)).Fate);
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.ResendAsync(first.Id, Via));
        Assert.Equal(MailError.Refused, e.Error);
        Assert.Equal(1, await sender.CancelAsync(_bob.Id, "setpoint"));
        Assert.Equal(MailFate.Replaced, (await sender.StatusAsync(second.Id)).Fate);
    }

    [Fact]
    public async Task What_was_never_sent_cannot_be_taken_back()
    {
        await using MailSender sender = _alice.OpenSender();
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.CancelAsync(_bob.Id, "setpoint"));
        Assert.Equal(MailError.NotFound, e.Error);
    }

    [Fact]
    public async Task A_gateway_is_found_by_the_record_that_the_recipient_has_signed()
    {
        await using (Mailbox mailbox = _bob.OpenMailbox(_gateway.Address))
        {
            PublishedMailbox published = await mailbox.PublishAsync();
            Assert.Equal(_gateway.Node.PeerId, Assert.Single(published.Record.Gateways).Peer);
            Assert.Equal(256, published.Terms[_gateway.Node.PeerId].MaxItems);
        }

        await using MailSender sender = _alice.OpenSender();
        await sender.SendAsync(_bob.Id, Text("named"), Via);
        Assert.Equal(1, sender.KnownRecord(_bob.Id)!.PrekeyNumber);
        SentMail sent = await sender.SendAsync(_bob.Id, Text("found"));
        Assert.Equal(_gateway.Node.PeerId, sent.Gateway);
        Assert.All(_gateway.Items, item => Assert.Equal(1, item.Bytes[1]));

        await using Mailbox again = _bob.OpenMailbox(_gateway.Address);
        Assert.Equal(["named", "found"], (await Peer.FetchAsync(again)).Select(one => one.Text));
    }

    [Fact]
    public async Task A_gateway_that_the_record_does_not_name_is_not_believed()
    {
        MailSenderOptions options = new() { Find = (_, _) => Task.FromResult<IReadOnlyList<Multiaddr>>([_gateway.Address]) };
        await using MailSender sender = _alice.OpenSender(options);
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello")));
        Assert.Equal(MailError.NoMailbox, e.Error);
        Assert.Empty(_gateway.Items);
        Assert.Null(e.MessageId);
    }

    [Fact]
    public async Task Mail_follows_a_mailbox_that_has_moved()
    {
        await using ScriptedGateway other = await ScriptedGateway.StartAsync();
        await using Mailbox mailbox = _bob.OpenMailbox(other.Address);
        PublishedMailbox published = await mailbox.PublishAsync();
        _gateway.Script = request => request.Kind == 2
            ? ScriptedGateway.Refuse(request.Serial, 405, Wire.Bytes(6, published.Record.Envelope)) : null;
        await using MailSender sender = _alice.OpenSender();
        SentMail sent = await sender.SendAsync(_bob.Id, Text("hello"), Via);
        Assert.Equal(other.Node.PeerId, sent.Gateway);
        Assert.Equal("hello", Assert.Single(await Peer.FetchAsync(mailbox)).Text);
    }

    [Fact]
    public async Task The_next_gateway_of_the_record_gets_the_same_bytes_when_the_first_has_no_room()
    {
        await using ScriptedGateway other = await ScriptedGateway.StartAsync();
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address, other.Address);
        await mailbox.PublishAsync();
        byte[]? refused = null;
        _gateway.Script = request =>
        {
            refused ??= Wire.BytesOf(request.Fields, 15);
            return request.Kind == 2 ? ScriptedGateway.Refuse(request.Serial, 502) : null;
        };
        MailSenderOptions options = new() { Find = (_, _) => Task.FromResult<IReadOnlyList<Multiaddr>>([_gateway.Address]) };
        await using MailSender sender = _alice.OpenSender(options);
        await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("learns the record"), Via));
        refused = null;
        SentMail sent = await sender.SendAsync(_bob.Id, Text("hello"));
        Assert.Equal(other.Node.PeerId, sent.Gateway);
        Assert.Equal(refused, other.Items[0].Bytes);
    }

    [Fact]
    public async Task Nobody_knows_where_the_peer_has_its_mail()
    {
        await using MailSender sender = _alice.OpenSender();
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello")));
        Assert.Equal(MailError.NoGateway, e.Error);
    }

    [Fact]
    public async Task A_gateway_that_is_down_and_a_peer_that_keeps_no_mail_are_told_apart()
    {
        await using MailSender sender = _alice.OpenSender();
        SendOptions down = new() { Via = Multiaddr.Parse("/ip4/127.0.0.1/tcp/1") };
        Assert.Equal(MailError.Unreachable,
            (await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello"), down))).Error);
        _gateway.Node.StopHandling(PostboxOptions.ProtocolId);
        Assert.Equal(MailError.NotAPostbox,
            (await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello"), Via))).Error);
    }

    [Fact]
    public async Task What_is_longer_than_the_gateway_takes_is_not_sealed()
    {
        await using MailSender sender = _alice.OpenSender();
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, new byte[65536], Via));
        Assert.Equal(MailError.TooLong, e.Error);
        Assert.Null(e.MessageId);
    }

    [Fact]
    public async Task A_peer_without_an_Ed25519_key_gets_no_mail()
    {
        PeerId hashed = PeerId.Parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
        await using MailSender sender = _alice.OpenSender();
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(hashed, Text("hello"), Via));
        Assert.Equal(MailError.RecipientInvalid, e.Error);
    }

    [Fact]
    public async Task Two_programs_seal_with_one_file_and_never_at_the_same_time()
    {
        await using MailSender one = _alice.OpenSender();
        await using MailSender other = _alice.OpenSender();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : other).SendAsync(_bob.Id, Text($"{i}"), Via)));
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        List<ReceivedMail> all = await Peer.FetchAsync(mailbox);
        Assert.Equal(10, all.Select(mail => mail.Sent).Distinct().Count());
    }

    [Fact]
    public async Task An_answer_that_is_none_is_told_as_such()
    {
        _gateway.Script = request => request.Kind == 2 ? [0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0] : null;
        await using MailSender sender = _alice.OpenSender();
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello"), Via));
        Assert.Equal(MailError.Malformed, e.Error);
    }

    [Fact]
    public async Task Work_is_that_of_the_vector()
    {
        PeerId to = PeerId.FromBytes(Convert.FromHexString("00240801122029acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7"),
            0, 38);
        byte[] id = Convert.FromHexString("9ceb2d0043745123dd46ae4983890d9891eab26994f83c41b6ddeb9dcd6b653b");
        Assert.True(ProofOfWork.IsEnough(to, id, Convert.FromHexString("a7be020000000000"), 16));
        Assert.False(ProofOfWork.IsEnough(to, id, Convert.FromHexString("a8be020000000000"), 16));
        Assert.True(ProofOfWork.IsEnough(to, id, await ProofOfWork.FindAsync(to, id, 14), 14));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class Told(List<WorkProgress> told) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            lock (told)
            {
                told.Add(value);
            }
        }
    }

    private sealed class Acting(Action act) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => act();
    }
}
