using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Mail;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;
using NanoLibp2p.Samples;

namespace NanoLibp2p.Cli;

/// <summary>
/// The mail of the demo: a board that sleeps gets what was left for it when it wakes, and the valve of <c>boards/samples/mail-valve</c>
/// obeys a sealed command. Both have their mailboxes at the gateway of the demo, and take the mail of their owner alone.
/// </summary>
internal sealed class DemoMail : IDisposable
{
    private const string Message = "frost tonight";
    private const string Command = "open";

    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(10);

    private readonly DemoGateway _gateway;
    private readonly Identity _owner = Keys.Create();
    private readonly TaskCompletionSource<string> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes both boards, which sleep.</summary>
    internal DemoMail(DemoGateway gateway)
    {
        _gateway = gateway;
        DeviceSettings settings = DeviceSettings.Parse(
            $"mailbox = {gateway.Address}\nmail-from = {_owner.PeerId}\nmail-follow = on\n");
        DemoValve valve = new(_moved);
        Sleeper = new MailBoard("sleeper", settings, new MailDevice(new SleeperMail(_heard), MailBoard.CreateBare).Create);
        Valve = new MailBoard("valve", settings, (board, found) => MailValveProgram.Create(board, valve, found));
    }

    /// <summary>Who writes to both.</summary>
    internal string Owner => _owner.PeerId.ToString();

    /// <summary>The board that sleeps.</summary>
    internal MailBoard Sleeper { get; }

    /// <summary>The board that obeys.</summary>
    internal MailBoard Valve { get; }

    /// <summary>Plays it once.</summary>
    /// <param name="asleep">Told how many messages wait for the board that sleeps.</param>
    /// <param name="woke">Told what it got when it woke.</param>
    /// <param name="obeyed">Told whether the valve was opened, and whether the delivery of the command is proven.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="MailException">A message could not be sent.</exception>
    /// <exception cref="Libp2pException">The gateway can't be reached.</exception>
    internal async Task PlayAsync(Action<int> asleep, Action<string> woke, Action<bool, bool> obeyed, CancellationToken cancellation)
    {
        await _gateway.OpenMailboxAsync(Sleeper.Identity.PeerId);
        await _gateway.OpenMailboxAsync(Valve.Identity.PeerId);

        // with nothing there, it sleeps again
        await Sleeper.WakeAsync().WaitAsync(cancellation);
        await using Libp2pNode node = await Libp2pNode.StartAsync(
            new Libp2pNodeOptions { Identity = _owner, Shards = 1, PubSub = null }, cancellation);
        await using MailSender sender = MailSender.Open(node, _owner, Path.Combine(_gateway.Folder, "sent"));
        await sender.SendAsync(Sleeper.Identity.PeerId, Encoding.UTF8.GetBytes(Message), For(Sleeper), cancellation);
        asleep(_gateway.Waiting(Sleeper.Identity.PeerId));
        Task asleepAgain = Sleeper.WakeAsync();
        woke(await _heard.Task.WaitAsync(cancellation));
        await asleepAgain.WaitAsync(cancellation);

        _ = Valve.WakeAsync();
        SentMail sent = await sender.SendAsync(Valve.Identity.PeerId, Encoding.UTF8.GetBytes(Command),
            For(Valve) with { Subject = ValveMail.Subject, OnlyLatest = true }, cancellation);
        bool isOpen = await _moved.Task.WaitAsync(cancellation);
        MailStatus status = await sender.WaitAsync(sent.Id, cancellation);
        obeyed(isOpen, status.IsProven);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sleeper.Dispose();
        Valve.Dispose();
    }

    // as the owner of a board has it, who need not work for a stranger's place
    private SendOptions For(MailBoard board) => new()
    {
        Via = Multiaddr.Parse(_gateway.Address),
        Ttl = _lifetime,
        Token = MailToken.Sign(board.Identity, _owner.PeerId, DateTimeOffset.UtcNow + _lifetime, lane: 3, priority: 3),
    };

    private sealed class DemoValve(TaskCompletionSource<bool> moved) : Valve
    {
        public override void Set(bool open) => moved.TrySetResult(open);
    }

    // it may sleep when nothing waits
    private sealed class SleeperMail(TaskCompletionSource<string> heard) : MailHandler
    {
        public override void OnMail(Postbox.Mail mail) => heard.TrySetResult(Encoding.UTF8.GetString(mail.Buffer, mail.Offset, mail.Count));

        public override void OnSynced(Device device, int code)
        {
            if (code == 0)
            {
                device.Stop();
            }
        }
    }
}
