using System;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal.Desktop;

namespace NanoLibp2p.Cli;

/// <summary>
/// A virtual board that is there for its mail alone, with a thread of its own. One that sleeps ends its program when nothing waits, and
/// starts anew when it is woken: of its former time it has what is in its store, as a board has.
/// </summary>
internal sealed class MailBoard : IDisposable
{
    private readonly MemoryStore _store = new();
    private readonly DeviceSettings _settings;
    private readonly DeviceFactory _program;
    private readonly Lock _lock = new();
    private Device? _device;
    private Thread? _thread;
    private bool _isOver;

    /// <summary>Makes a board, which sleeps.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="settings">Where its mailbox is, and what else its store says.</param>
    /// <param name="program">Makes its device, at each start.</param>
    internal MailBoard(string name, DeviceSettings settings, DeviceFactory program)
    {
        Name = name;
        _settings = settings;
        _program = program;
        byte[] key = Identity.ToProtobuf();
        _store.Write(DeviceIdentity.StoreName, key, 0, key.Length);
        Array.Clear(key);
    }

    /// <summary>What people call it.</summary>
    internal string Name { get; }

    /// <summary>Who it is.</summary>
    internal Identity Identity { get; } = Keys.Create();

    /// <summary>Its peer id.</summary>
    internal string Peer => Identity.PeerId.ToString();

    /// <summary>A device that publishes nothing and dials nobody.</summary>
    internal static Device CreateBare(Board board, DeviceSettings settings)
    {
        DeviceOptions options = board.CreateOptions();
        Node node = new(options.Node, DeviceIdentity.Load(board), board.Crypto, board.Random);
        return new Device(board, node, board.Link, options);
    }

    /// <summary>Starts it.</summary>
    /// <returns>Completes when its program has ended, which is when it sleeps again.</returns>
    internal Task WakeAsync()
    {
        TaskCompletionSource asleep = new(TaskCreationOptions.RunContinuationsAsynchronously);
        VirtualBoard board = new(Name, _store);
        Device device = _program(board, _settings);
        lock (_lock)
        {
            _device = device;
            if (_isOver)
            {
                device.Stop();
            }
        }

        _thread = new Thread(() =>
        {
            device.Run();
            board.Dispose();
            asleep.SetResult();
        }) { Name = Name, IsBackground = true };
        _thread.Start();
        return asleep.Task;
    }

    /// <summary>Ends its program, if it is awake, and lets it wake no more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _device?.Stop();
        }

        _thread?.Join();
    }
}
