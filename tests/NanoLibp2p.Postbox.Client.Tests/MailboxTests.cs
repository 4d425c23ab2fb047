using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Client.Tests;

public sealed class MailboxTests : IAsyncLifetime
{
    private ScriptedGateway _gateway = null!;
    private Peer _alice = null!;
    private Peer _bob = null!;
    private MailSender _sender = null!;

    private SendOptions Via => new() { Via = _gateway.Address };

    public async ValueTask InitializeAsync()
    {
        _gateway = await ScriptedGateway.StartAsync();
        _alice = await Peer.StartAsync();
        _bob = await Peer.StartAsync();
        _sender = _alice.OpenSender();
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task All_that_waits_comes_once_in_order_of_priority()
    {
        for (int i = 0; i < 30; i++)
        {
            await _sender.SendAsync(_bob.Id, Text($"{i:00}"), Via with { Priority = i % 3 });
        }

        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        List<string> texts = [.. (await Peer.FetchAsync(mailbox)).Select(one => one.Text)];
        Assert.Equal(Enumerable.Range(0, 30).OrderByDescending(i => i % 3).Select(i => $"{i:00}"), texts);
        Assert.Empty(await Peer.FetchAsync(mailbox));
        Assert.All(_gateway.Items, item => Assert.Equal(2, item.State));
    }

    [Fact]
    public async Task A_long_message_comes_whole()
    {
        byte[] body = [.. Enumerable.Range(0, 60_000).Select(i => (byte)(i * 7))];
        await _sender.SendAsync(_bob.Id, body, Via with { Subject = "long" });
        await _sender.SendAsync(_bob.Id, Text("short"), Via);
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        List<ReceivedMail> all = await Peer.FetchAsync(mailbox);
        Assert.Equal(body, all[0].Body);
        Assert.Equal("long", all[0].SubjectText);
        Assert.Equal("short", all[1].Text);
    }

    [Fact]
    public async Task A_gateway_that_offers_everything_again_is_told_so_and_nothing_comes_twice()
    {
        _gateway.Keeps = true;
        await _sender.SendAsync(_bob.Id, Text("once"), Via);
        using CancellationTokenSource late = new(Peer.Patience);
        for (int start = 0; start < 3; start++)
        {
            await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
            int count = 0;
            await foreach (ReceivedMail mail in mailbox.FetchAsync(late.Token))
            {
                count++;
            }

            Assert.Equal(start == 0 ? 1 : 0, count);
        }
    }

    [Fact]
    public async Task What_the_program_was_not_done_with_comes_again_marked_and_what_it_was_done_with_does_not()
    {
        await _sender.SendAsync(_bob.Id, Text("first"), Via);
        await _sender.SendAsync(_bob.Id, Text("second"), Via);
        await using (Mailbox mailbox = _bob.OpenMailbox(_gateway.Address))
        {
            await foreach (ReceivedMail mail in mailbox.FetchAsync())
            {
                if (mail.Text == "second")
                {
                    break;
                }
            }
        }

        await using (Mailbox mailbox = _bob.OpenMailbox(_gateway.Address))
        {
            await foreach (ReceivedMail mail in mailbox.FetchAsync())
            {
                Assert.Equal(("second", true), (mail.Text, mail.SeenBefore));
                mailbox.Done(mail);
                break;
            }

            Assert.Equal(0, mailbox.Unread);
        }
    }

    [Fact]
    public async Task What_was_taken_is_there_though_the_gateway_is_gone()
    {
        await _sender.SendAsync(_bob.Id, Text("kept"), Via);
        await using (Mailbox mailbox = _bob.OpenMailbox(_gateway.Address))
        {
            await foreach (ReceivedMail _ in mailbox.FetchAsync())
            {
                break;
            }
        }

        await _gateway.Node.DisposeAsync();
        await using Mailbox again = _bob.OpenMailbox(_gateway.Address);
        List<string> texts = [];
        MailException e = await Assert.ThrowsAsync<MailException>(async () =>
        {
            await foreach (ReceivedMail mail in again.FetchAsync())
            {
                texts.Add(mail.Text);
            }
        });
        Assert.Equal(MailError.Unreachable, e.Error);
        Assert.Equal(["kept"], texts);
    }

    [Fact]
    public async Task Who_follows_gets_new_mail_at_once()
    {
        using CancellationTokenSource late = new(Peer.Patience);
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        await using IAsyncEnumerator<ReceivedMail> mails = mailbox.FollowAsync(late.Token).GetAsyncEnumerator(late.Token);
        for (int i = 0; i < 3; i++)
        {
            ValueTask<bool> next = mails.MoveNextAsync();
            await _sender.SendAsync(_bob.Id, Text($"{i}"), Via, late.Token);
            Assert.True(await next);
            Assert.Equal($"{i}", mails.Current.Text);
        }
    }

    [Fact]
    public async Task Who_follows_comes_back_when_the_gateway_has_broken_off()
    {
        using CancellationTokenSource late = new(Peer.Patience);
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        List<MailException> failures = [];
        mailbox.GatewayFailed += failures.Add;
        int cuts = 0;
        _gateway.Script = request => request.Kind == 4 && cuts++ < 2 ? [] : null;
        await _sender.SendAsync(_bob.Id, Text("at last"), Via, late.Token);
        await foreach (ReceivedMail mail in mailbox.FollowAsync(late.Token))
        {
            Assert.Equal("at last", mail.Text);
            break;
        }

        Assert.Equal(2, failures.Count);
        Assert.All(failures, one => Assert.Equal(MailError.Unreachable, one.Error));
    }

    [Fact]
    public async Task Mail_that_is_not_wanted_is_refused_and_its_sender_has_that_proven()
    {
        SentMail unwanted = await _sender.SendAsync(_bob.Id, Text("buy"), Via with { Subject = "offer" });
        await _sender.SendAsync(_bob.Id, Text("hello"), Via);
        MailboxOptions options = new() { Wants = (_, subject) => Encoding.UTF8.GetString(subject) != "offer" };
        await using Mailbox mailbox = _bob.OpenMailbox(options, _gateway.Address);
        Assert.Equal("hello", Assert.Single(await Peer.FetchAsync(mailbox)).Text);
        MailStatus status = await _sender.StatusAsync(unwanted.Id);
        Assert.Equal((MailFate.Refused, true), (status.Fate, status.IsProven));
    }

    [Fact]
    public async Task Junk_is_acknowledged_as_unreadable_and_in_nobodys_way()
    {
        byte[] junk = new byte[200];
        junk[0] = 1;
        await _gateway.AddAsync(new ScriptedGateway.Item(_bob.Id, junk));
        await _sender.SendAsync(_bob.Id, Text("hello"), Via);
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        Assert.Equal("hello", Assert.Single(await Peer.FetchAsync(mailbox)).Text);
        Assert.Equal(4, _gateway.Items[0].State);
    }

    [Fact]
    public async Task A_probe_counts_and_takes_nothing()
    {
        await _sender.SendAsync(_bob.Id, Text("hello"), Via);
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        MailboxProbe probe = Assert.Single(await mailbox.ProbeAsync());
        Assert.Equal((1, (long)_gateway.Items[0].Bytes.Length), (probe.Waiting, probe.Bytes));
        Assert.Equal(1, _gateway.Items[0].State);
    }

    [Fact]
    public async Task A_gateway_without_a_mailbox_for_this_peer_says_so_until_one_is_published()
    {
        _gateway.Mailboxes = [];
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        MailException e = await Assert.ThrowsAsync<MailException>(() => Peer.FetchAsync(mailbox));
        Assert.Equal((MailError.NoMailbox, 404), (e.Error, e.Code));
        await mailbox.PublishAsync();
        Assert.Empty(await Peer.FetchAsync(mailbox));
    }

    [Fact]
    public async Task One_gateway_that_is_down_does_not_keep_the_others_mail()
    {
        await _sender.SendAsync(_bob.Id, Text("hello"), Via);
        await using Mailbox mailbox = _bob.OpenMailbox(
            Multiformats.Multiaddr.Parse("/ip4/127.0.0.1/tcp/1/p2p/" + _alice.Id), _gateway.Address);
        List<MailException> failures = [];
        mailbox.GatewayFailed += failures.Add;
        Assert.Equal("hello", Assert.Single(await Peer.FetchAsync(mailbox)).Text);
        Assert.Equal(MailError.Unreachable, Assert.Single(failures).Error);
    }

    [Fact]
    public async Task Copies_at_two_gateways_are_one_message()
    {
        await using ScriptedGateway other = await ScriptedGateway.StartAsync();
        SentMail sent = await _sender.SendAsync(_bob.Id, Text("hello"), Via);
        await _sender.ResendAsync(sent.Id, new SendOptions { Via = other.Address });
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address, other.Address);
        Assert.Single(await Peer.FetchAsync(mailbox));
        Assert.Equal(2, other.Items[0].State);
    }

    [Fact]
    public async Task A_second_program_is_told_that_the_file_is_in_use()
    {
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        MailException e = Assert.Throws<MailException>(() => _bob.OpenMailbox(_gateway.Address));
        Assert.Equal(MailError.InUse, e.Error);
    }

    [Fact]
    public async Task A_damaged_file_is_refused_and_left_as_it_is()
    {
        await using (_bob.OpenMailbox(_gateway.Address))
        {
        }

        byte[] damage = new byte[4096];
        Array.Fill(damage, (byte)0x5A);
        await File.WriteAllBytesAsync(_bob.MailFile, damage);
        MailException e = Assert.Throws<MailException>(() => _bob.OpenMailbox(_gateway.Address));
        Assert.Equal(MailError.StoreFailed, e.Error);
        Assert.Contains(_bob.MailFile, e.Message, StringComparison.Ordinal);
        Assert.Equal(damage, await File.ReadAllBytesAsync(_bob.MailFile));
    }

    [Fact]
    public async Task The_file_is_readable_by_its_owner_alone()
    {
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_bob.MailFile));
        }
    }

    [Fact]
    public async Task Answers_that_are_none_end_a_fetch_with_the_reason_and_nothing_is_acknowledged()
    {
        await _sender.SendAsync(_bob.Id, Text("hello"), Via);
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        byte[][] answers =
        [
            [0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            Wire.Delimited([.. Wire.Number(1, 77), .. Wire.Bytes(10, [])]),
            Wire.Delimited(new byte[] { 0x0B, 0x0B }),
        ];
        foreach (byte[] answer in answers)
        {
            _gateway.Script = request => request.Kind == 4 ? answer : null;
            MailException e = await Assert.ThrowsAsync<MailException>(() => Peer.FetchAsync(mailbox));
            Assert.Equal(MailError.Malformed, e.Error);
        }

        _gateway.Script = null;
        Assert.Equal(1, _gateway.Items[0].State);
        Assert.Equal("hello", Assert.Single(await Peer.FetchAsync(mailbox)).Text);
    }

    [Fact]
    public async Task Of_a_declared_subject_what_was_replaced_is_refused_though_a_gateway_offers_it()
    {
        SendOptions setPoint = Via with { Subject = "setpoint", OnlyLatest = true };
        await _sender.SendAsync(_bob.Id, Text("21"), setPoint);
        await _sender.SendAsync(_bob.Id, Text("22"), setPoint);
        MailboxOptions options = new() { Latest = { Text("setpoint") } };
        await using Mailbox mailbox = _bob.OpenMailbox(options, _gateway.Address);
        Assert.Equal("22", Assert.Single(await Peer.FetchAsync(mailbox)).Text);
        _gateway.Items[0].State = 1;
        Assert.Empty(await Peer.FetchAsync(mailbox));
        Assert.Equal(5, _gateway.Items[0].State);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
