using System;
using System.IO;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli;

/// <summary>The lines of an input as bytes, whatever they are: each up to, and without, the line feed.</summary>
/// <param name="from">The input.</param>
/// <param name="longest">Bytes that a line may have.</param>
internal sealed class ByteLines(Stream from, int longest)
{
    // Windows ends a line with two characters; elsewhere a carriage return is a byte like any other
    private static readonly bool _endsWithReturn = Environment.NewLine.Length == 2;

    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;
    private int _number;

    /// <summary>The next line.</summary>
    /// <returns>Null at the end of the input; what stands there without a line feed is a line too.</returns>
    /// <exception cref="CliException">It is too long.</exception>
    internal async Task<byte[]?> ReadAsync()
    {
        for (int searched = 0; ;)
        {
            int feed = Array.IndexOf(_buffer, (byte)'\n', _start + searched, _end - _start - searched);
            if (feed >= 0)
            {
                return Take(feed - _start, 1);
            }
            searched = _end - _start;
            if (searched > longest)
            {
                throw new CliException(
                    $"line {_number + 1} of stdin has more than {longest} bytes, which no message may have; split it up, or encode binary "
                        + $"data in lines", CliException.WrongArguments);
            }
            if (!await FillAsync())
            {
                return searched == 0 ? null : Take(searched, 0);
            }
        }
    }

    private byte[] Take(int count, int feed)
    {
        byte[] line = _buffer[_start..(_start
            + (_endsWithReturn && feed > 0 && count > 0 && _buffer[_start + count - 1] == '\r' ? count - 1 : count))];
        _start += count + feed;
        _number++;
        return line;
    }

    private async Task<bool> FillAsync()
    {
        Array.Copy(_buffer, _start, _buffer, 0, _end - _start);
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }
        int read = await from.ReadAsync(_buffer.AsMemory(_end));
        _end += read;
        return read > 0;
    }
}
