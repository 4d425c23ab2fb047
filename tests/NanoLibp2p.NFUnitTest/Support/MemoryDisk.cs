namespace NanoLibp2p.NFUnitTest
{
    /// <summary>
    /// A disk of eight files at most, which a test can cut the power of: after any renaming, deletion, creation or byte. What stands in
    /// Support/File.cs and Support/FileStream.cs gives it the calls of System.IO.
    /// </summary>
    internal static class MemoryDisk
    {
        private static readonly MemoryFile[] _files = new MemoryFile[8];
        private static int _count;
        private static int _left;

        public static int Files
        {
            get { return _count; }
        }

        /// <summary>Steps that were not used up before the power was cut or is to be.</summary>
        public static int Left
        {
            get { return _left; }
        }

        public static void Format()
        {
            _count = 0;
            PowerOn();
        }

        public static void PowerOn()
        {
            _left = int.MaxValue;
        }

        /// <summary>Lets so many steps be done; then everything fails until <see cref="PowerOn"/>.</summary>
        public static void CutAfter(int steps)
        {
            _left = steps;
        }

        /// <summary>One step.</summary>
        /// <exception cref="PowerCutException">There is no power.</exception>
        public static void Spend()
        {
            if (_left == 0)
            {
                throw new PowerCutException();
            }

            _left--;
        }

        public static MemoryFile Find(string name)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_files[i].Name == name)
                {
                    return _files[i];
                }
            }

            return null;
        }

        public static MemoryFile Create(string name)
        {
            Spend();
            MemoryFile file = Find(name);
            if (file == null)
            {
                file = new MemoryFile();
                file.Name = name;
                _files[_count++] = file;
            }

            file.Count = 0;
            return file;
        }

        public static void Delete(string name)
        {
            Spend();
            int at = 0;
            while (at < _count && _files[at].Name != name)
            {
                at++;
            }

            if (at < _count)
            {
                _files[at] = _files[--_count];
            }
        }

        /// <summary>Renames in one step, never over a file that is there, as the file systems of boards do.</summary>
        /// <exception cref="PowerCutException">There is no power.</exception>
        /// <exception cref="System.IO.IOException">There is no file of that name, or one of the other.</exception>
        public static void Move(string from, string to)
        {
            MemoryFile file = Find(from);
            if (file == null || Find(to) != null)
            {
                throw new System.IO.IOException();
            }

            Spend();
            file.Name = to;
        }
    }
}
